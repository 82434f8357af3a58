//! moto as a child process that cannot outlive this one.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use strata_local_process::environment;

use crate::error::Error;
use crate::venv;
use strata_local_process::file::file;

/// The programs that run in the virtual environment: one per topic, `launcher.py` is the first.
const PROGRAMS: [(&str, &str); 21] = [
    ("launcher.py", include_str!("../python/launcher.py")),
    ("server.py", include_str!("../python/server.py")),
    ("quick.py", include_str!("../python/quick.py")),
    ("regions.py", include_str!("../python/regions.py")),
    ("interfaces.py", include_str!("../python/interfaces.py")),
    ("network.py", include_str!("../python/network.py")),
    ("logs.py", include_str!("../python/logs.py")),
    ("policies.py", include_str!("../python/policies.py")),
    ("quotas.py", include_str!("../python/quotas.py")),
    ("tokens.py", include_str!("../python/tokens.py")),
    ("weather.py", include_str!("../python/weather.py")),
    ("buckets.py", include_str!("../python/buckets.py")),
    ("bucket_encryption.py", include_str!("../python/bucket_encryption.py")),
    ("keys.py", include_str!("../python/keys.py")),
    ("key_lists.py", include_str!("../python/key_lists.py")),
    ("key_names.py", include_str!("../python/key_names.py")),
    ("key_policies.py", include_str!("../python/key_policies.py")),
    ("kept_keys.py", include_str!("../python/kept_keys.py")),
    ("kept_state.py", include_str!("../python/kept_state.py")),
    ("snapshot.py", include_str!("../python/snapshot.py")),
    ("workgroups.py", include_str!("../python/workgroups.py")),
];

/// The file in which KMS keys survive a restart, as the objects do that they encrypt.
fn keys_file(dir: &Path) -> std::path::PathBuf {
    dir.join("keys.json")
}

/// The file in which everything else survives.
fn state_file(dir: &Path) -> std::path::PathBuf {
    dir.join("state").join("moto.pickle")
}

/// How long it may take to write the last change.
const PATIENCE: Duration = Duration::from_secs(10);

/// What it says when it is up.
#[derive(Debug, Deserialize)]
pub struct Up {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// How many resources of the run before it has again.
    pub resources: usize,
    /// Why it has not, in a sentence.
    pub unread: Option<String>,
}

/// The running process. It ends when its stdin closes, which the kernel does however this process ends.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    log: std::path::PathBuf,
}

impl Process {
    /// Starts it in the virtual environment.
    ///
    /// # Errors
    /// Its files cannot be written, or it does not start.
    pub fn launch(venv: &Path, dir: &Path) -> Result<Self, Error> {
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
            .env("STRATA_STATE", state_file(dir))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(words)
            .kill_on_drop(true)
            // A group of its own: a Ctrl-C at the terminal is for us, who then end it.
            .process_group(0)
            .spawn()
            .map_err(|why| Error::Moto { why: why.to_string(), log: log.clone() })?;
        let stdin = child.stdin.take();
        Ok(Self { child, stdin, log })
    }

    /// Its process id.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it listens.
    ///
    /// # Errors
    /// It ended at once.
    pub async fn up(&mut self) -> Result<Up, Error> {
        let mut line = String::new();
        if let Some(stdout) = self.child.stdout.take() {
            let read = BufReader::new(stdout).read_line(&mut line).await;
            read.map_err(|why| Error::Moto { why: why.to_string(), log: self.log.clone() })?;
        }
        serde_json::from_str(&line)
            .map_err(|_| Error::Moto { why: "it ended at once".to_string(), log: self.log.clone() })
    }

    /// Waits until it ends, which it should not.
    pub async fn ended(&mut self) -> Error {
        let why = match self.child.wait().await {
            Ok(status) => format!("it ended ({status})"),
            Err(why) => why.to_string(),
        };
        Error::Moto { why, log: self.log.clone() }
    }

    /// Ends it and waits until it has gone: when its stdin closes, it writes what has changed.
    pub async fn end(&mut self) {
        self.stdin = None;
        if tokio::time::timeout(PATIENCE, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}
