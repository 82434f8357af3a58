//! Another emulator than moto, to hear a second opinion: ministack, an implementation of its own. Started like the
//! endpoint: any free port, its own folder, gone when dropped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::{eventually, http::tell, python_of, repository};

/// A running emulator.
pub struct OtherEmulator {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
}

impl OtherEmulator {
    /// Starts one where what it lacks is filled in (tests/other_emulator/fill.py).
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one as it is.
    pub fn bare() -> Self {
        Self::start_with(&["--bare"])
    }

    fn start_with(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the emulator");
        let log = std::fs::File::create(folder.path().join("log")).expect("the emulator's log");
        let mut child = Command::new(python_of("other_emulator"))
            .arg(repository().join("tests/other_emulator/launch.py"))
            .arg(folder.path().join("record.jsonl"))
            .args(args)
            // Where it is told to keep nothing it may look for something all the same.
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("starting the other emulator");
        let mut port = String::new();
        let stdout = child.stdout.take().expect("stdout was piped");
        BufReader::new(stdout).read_line(&mut port).expect("its port");
        let url = format!("http://127.0.0.1:{}", port.trim());
        let other = Self { child, folder, url };
        eventually("the other emulator to be ready", Duration::from_secs(60), || {
            crate::http::ask("GET", &other.url, "/_ministack/health").ok().or_else(|| {
                let said = std::fs::read_to_string(other.folder.path().join("log")).unwrap_or_default();
                assert!(!port.trim().is_empty(), "the other emulator did not start: {said}");
                None
            })
        });
        other
    }

    /// What AWS programs need in their environment to talk to it.
    pub fn env(&self) -> [(&str, &str); 8] {
        crate::endpoint::env(&self.url)
    }

    /// The calls that it has answered, those before number `n` left out. A call has `program`, `verb`, `service`,
    /// `operation`, `mutating`, `status` and `code` (null where it succeeded).
    pub fn calls(&self, n: usize) -> Vec<Value> {
        let text = std::fs::read_to_string(self.record()).unwrap_or_default();
        // The last line may be half written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().skip(n).map(|line| serde_json::from_str(line).expect("a line of the record")).collect()
    }

    /// The names of the mutating calls from number `n` on: `ec2:CreateVpc`.
    pub fn mutating_since(&self, n: usize) -> Vec<String> {
        let text = |call: &Value, field: &str| call[field].as_str().unwrap_or_default().to_string();
        let calls = self.calls(n);
        let mutating = calls.iter().filter(|call| call["mutating"] == true);
        mutating.map(|call| format!("{}:{}", text(call, "service"), text(call, "operation"))).collect()
    }

    /// From the `n`th mutating call on, counted from now, calls are done and not answered.
    pub fn hold(&self, n: usize) {
        tell("POST", &self.url, &format!("/_test/hold/{n}"), "").expect("holding answers");
    }

    /// The answers that were held are lost, and later calls are answered again.
    pub fn release(&self) {
        tell("POST", &self.url, "/_test/release", "").expect("releasing answers");
    }

    fn record(&self) -> PathBuf {
        self.folder.path().join("record.jsonl")
    }
}

impl Drop for OtherEmulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
