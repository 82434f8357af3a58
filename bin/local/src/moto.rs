//! moto as a child process that cannot outlive this one.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::environment;
use crate::error::{Error, file};

pub(crate) mod venv;

/// The programs that run in the virtual environment: one per topic, `launcher.py` is the first.
const PROGRAMS: [(&str, &str); 19] = [
    ("launcher.py", include_str!("moto/launcher.py")),
    ("server.py", include_str!("moto/server.py")),
    ("quick.py", include_str!("moto/quick.py")),
    ("regions.py", include_str!("moto/regions.py")),
    ("interfaces.py", include_str!("moto/interfaces.py")),
    ("network.py", include_str!("moto/network.py")),
    ("logs.py", include_str!("moto/logs.py")),
    ("policies.py", include_str!("moto/policies.py")),
    ("quotas.py", include_str!("moto/quotas.py")),
    ("tokens.py", include_str!("moto/tokens.py")),
    ("weather.py", include_str!("moto/weather.py")),
    ("buckets.py", include_str!("moto/buckets.py")),
    ("bucket_encryption.py", include_str!("moto/bucket_encryption.py")),
    ("keys.py", include_str!("moto/keys.py")),
    ("key_lists.py", include_str!("moto/key_lists.py")),
    ("key_names.py", include_str!("moto/key_names.py")),
    ("key_policies.py", include_str!("moto/key_policies.py")),
    ("kept_keys.py", include_str!("moto/kept_keys.py")),
    ("workgroups.py", include_str!("moto/workgroups.py")),
];

/// The file in which KMS keys survive a restart, as the objects do that they encrypt.
fn keys_file(dir: &Path) -> std::path::PathBuf {
    dir.join("keys.json")
}

/// The running process. It ends when its stdin closes, which the kernel does however this process ends.
pub(crate) struct Moto {
    child: Child,
    _stdin: Option<ChildStdin>,
    log: std::path::PathBuf,
}

impl Moto {
    /// Starts it in the virtual environment.
    pub(crate) fn launch(venv: &Path, dir: &Path) -> Result<Self, Error> {
        let programs = dir.join("moto");
        std::fs::create_dir_all(&programs).map_err(file("making the folder", &programs))?;
        for (name, text) in PROGRAMS {
            let path = programs.join(name);
            std::fs::write(&path, text).map_err(file("writing", &path))?;
        }
        let log = dir.join("moto.log");
        let words = std::fs::File::create(&log).map_err(file("creating", &log))?;
        let mut child = Command::new(venv::python(venv))
            .arg(programs.join("launcher.py"))
            .env_clear()
            .envs(environment::needed())
            .env("STRATA_KEYS", keys_file(dir))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(words)
            .kill_on_drop(true)
            // A group of its own: a Ctrl-C at the terminal is for us, who then end it.
            .process_group(0)
            .spawn()
            .map_err(|why| Error::Moto { why: why.to_string(), log: log.clone() })?;
        let stdin = child.stdin.take();
        Ok(Self { child, _stdin: stdin, log })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it says its port.
    pub(crate) async fn port(&mut self) -> Result<u16, Error> {
        let mut line = String::new();
        if let Some(stdout) = self.child.stdout.take() {
            let read = BufReader::new(stdout).read_line(&mut line).await;
            read.map_err(|why| Error::Moto { why: why.to_string(), log: self.log.clone() })?;
        }
        line.trim().parse().map_err(|_| Error::Moto { why: "it ended at once".to_string(), log: self.log.clone() })
    }

    /// Waits until it ends, which it should not.
    pub(crate) async fn ended(&mut self) -> Error {
        let why = match self.child.wait().await {
            Ok(status) => format!("it ended ({status})"),
            Err(why) => why.to_string(),
        };
        Error::Moto { why, log: self.log.clone() }
    }

    /// Ends it and waits until it has gone. It has nothing to save.
    pub(crate) async fn end(&mut self) {
        let _ = self.child.kill().await;
    }
}
