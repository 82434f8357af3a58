//! A local endpoint of a test's own: any free port, its own folder, gone when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::{bin, eventually, http::ask, repository};

/// A running endpoint.
pub struct Endpoint {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
    record: PathBuf,
    args: Vec<String>,
}

impl Endpoint {
    /// Starts one and waits until it serves everything.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more arguments for `local serve`.
    pub fn start_with(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the endpoint");
        let record = record();
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        let (child, url) = launch(folder.path(), &record, &args);
        Self { child, folder, url, record, args }
    }

    /// Starts it again after a crash, in the same folder, with a record of its own.
    pub fn restart(&mut self) {
        self.crash();
        self.record = record();
        (self.child, self.url) = launch(self.folder.path(), &self.record, &self.args);
    }

    /// Its address: `http://127.0.0.1:port`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// The record of its calls.
    pub fn record(&self) -> &Path {
        &self.record
    }

    /// The process ids of the endpoint and of moto.
    pub fn processes(&self) -> (u32, u32) {
        let about = file(self.dir(), "endpoint.json").expect("endpoint.json");
        let id = |name: &str| about.get(name).and_then(Value::as_u64).expect("a process id") as u32;
        (id("pid"), id("moto_pid"))
    }

    /// The calls after the one numbered `n`.
    pub fn requests(&self, n: u64) -> Vec<Value> {
        let text = ask("GET", &self.url, &format!("/_local/requests?since={n}")).expect("the request log");
        serde_json::from_str(&text).expect("the request log is JSON")
    }

    /// How many calls there have been.
    pub fn count(&self) -> u64 {
        self.requests(0).last().and_then(|last| last.get("n")?.as_u64()).unwrap_or(0)
    }

    /// The names of the mutating calls after the one numbered `n`: `ec2:CreateVpc`.
    pub fn mutating_since(&self, n: u64) -> Vec<String> {
        let text = |call: &Value, field: &str| call[field].as_str().unwrap_or_default().to_string();
        let calls = self.requests(n);
        let mutating = calls.iter().filter(|call| call["mutating"] == true);
        mutating.map(|call| format!("{}:{}", text(call, "service"), text(call, "operation"))).collect()
    }

    /// Forgets all resources.
    pub fn reset(&self) {
        ask("POST", &self.url, "/_local/reset").expect("a reset");
    }

    /// What AWS programs need in their environment to talk to it.
    pub fn env(&self) -> [(&str, &str); 8] {
        env(&self.url)
    }

    /// Kills it without a chance to clean up, as a crash would. moto, which writes what it knows then, has ended, too.
    pub fn crash(&mut self) {
        let moto = file(self.dir(), "endpoint.json").and_then(|about| about.get("moto_pid")?.as_u64());
        let _ = self.child.kill();
        let _ = self.child.wait();
        let is_gone = |id: u64| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            // One whose parent has not looked yet has ended.
            stat.rsplit(')').next().is_none_or(|rest| rest.is_empty() || rest.trim_start().starts_with('Z'))
        };
        if let Some(moto) = moto {
            eventually("moto to end", Duration::from_secs(20), || is_gone(moto).then_some(()));
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.crash();
    }
}

/// Starts one in a folder and waits until it serves everything: the process, and its address.
fn launch(folder: &Path, record: &Path, args: &[String]) -> (Child, String) {
    // What a crashed one said about itself is not true any more.
    let _ = std::fs::remove_file(folder.join("endpoint.json"));
    let log = std::fs::File::create(folder.join("serve.log")).expect("the endpoint's log");
    let mut child = Command::new(bin("local"))
        .args(["serve", "--until-eof", "--port", "0", "--dir"])
        .arg(folder)
        .arg("--venv")
        .arg(repository().join(".local/venv"))
        .arg("--record")
        .arg(record)
        .args(args)
        // A test may keep an endpoint in a static, which is never dropped: our end of the pipe closes anyway.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("starting local serve");
    // The very first start of a checkout installs the Python packages.
    let url = eventually("the endpoint to be ready", Duration::from_secs(300), || {
        if let Ok(Some(status)) = child.try_wait() {
            let said = std::fs::read_to_string(folder.join("serve.log")).unwrap_or_default();
            panic!("local serve ended with {status}: {said}");
        }
        let about = file(folder, "endpoint.json")?;
        let url = about.get("url")?.as_str()?.to_string();
        let health: Value = serde_json::from_str(&ask("GET", &url, "/_local/health").ok()?).ok()?;
        (health.get("ready")? == true).then_some(url)
    });
    (child, url)
}

/// What AWS programs need in their environment to talk to `url`.
pub(crate) fn env(url: &str) -> [(&str, &str); 8] {
    [
        ("AWS_ENDPOINT_URL", url),
        // In place of the one of a shell that has run `local env`.
        ("AWS_ENDPOINT_URL_MWAA", url),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
}

/// A file for the record of one endpoint's calls, where `scripts/policies` and `scripts/requests` look for it.
fn record() -> PathBuf {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let test = std::env::current_exe().expect("the path of the test executable");
    let name = test.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // Cargo adds a hash.
    let name = name.rsplit_once('-').map_or(name.as_str(), |(name, _)| name);
    let number = STARTED.fetch_add(1, Ordering::SeqCst);
    repository().join(format!("target/record/{name}-{}-{number}.jsonl", std::process::id()))
}

fn file(folder: &Path, name: &str) -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).ok()?).ok()
}
