//! What the endpoint knows is there again after a restart, however the one before ended.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use strata_testkit::{Endpoint, Output, bin, eventually, python, repository, run};

/// An endpoint in a folder, as a person starts and stops it.
struct Local {
    folder: tempfile::TempDir,
}

impl Local {
    fn new() -> Self {
        // The Python environment exists after this.
        drop(Endpoint::start());
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    fn state(&self, name: &str) -> std::path::PathBuf {
        self.dir().join("state").join(name)
    }

    fn verb(&self, verb: &str, more: &[&str]) -> Output {
        let dir = self.dir().to_str().unwrap();
        let output = run(bin("local"), &[&[verb, "--dir", dir], more].concat(), "", &[]);
        assert_eq!(output.status, Some(0), "{verb}: {}", output.stderr);
        output
    }

    /// What `start` says.
    fn start(&self, more: &[&str]) -> String {
        let venv = repository().join(".local/venv");
        self.verb("start", &[&["--port", "0", "--venv", venv.to_str().unwrap()], more].concat()).stderr
    }

    fn about(&self) -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(self.dir().join("endpoint.json")).unwrap()).unwrap()
    }

    fn check(&self, name: &str) {
        let mut command = Command::new(python());
        command.arg(repository().join("tests/local/memory.py")).arg(name).env("FOLDER", self.dir());
        command.env("AWS_ENDPOINT_URL", self.about()["url"].as_str().unwrap()).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn kill(&self) {
        let about = self.about();
        let pid = about["pid"].to_string();
        assert_eq!(run("kill", &["-9", &pid], "", &[]).status, Some(0));
        // It is not a child of the test, so its zombie is soon reaped.
        let is_gone = || (!Path::new(&format!("/proc/{pid}/fd/0")).exists()).then_some(());
        eventually("the endpoint to end", Duration::from_secs(10), is_gone);
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = run(bin("local"), &["stop", "--dir", self.dir().to_str().unwrap()], "", &[]);
    }
}

#[test]
fn five_hundred_resources_are_there_again() {
    let local = Local::new();
    assert!(!local.start(&[]).contains("as they were"));
    local.check("before");
    local.verb("stop", &[]);
    let said = local.start(&[]);
    let words: Vec<&str> = said.split_whitespace().collect();
    let at = words.windows(3).position(|words| words[1..] == ["resources", "are"]).unwrap_or_else(|| panic!("{said}"));
    assert!(words[at].parse::<u32>().unwrap() >= 500, "{said}");
    local.check("after");
    // Also a second time, after which it works as any other.
    local.verb("stop", &[]);
    local.start(&[]);
    local.check("after");
    local.check("works");

    // Killed at once after the last answer: what moto knows is all there.
    local.check("one");
    local.kill();
    local.start(&[]);
    local.check("last_one");

    local.verb("reset", &[]);
    local.check("nothing");
    local.kill();
    assert!(!local.start(&[]).contains("as they were"));
    local.check("nothing");
}

#[test]
fn killed_it_remembers_what_it_did() {
    let local = Local::new();
    local.start(&[]);
    local.check("before");
    // Services write their state a moment after a change.
    let run = || std::fs::read_to_string(local.state("glue.json")).ok()?.contains("FAILED").then_some(());
    eventually("the job run to be written", Duration::from_secs(10), run);
    eventually("the query to be written", Duration::from_secs(10), || {
        std::fs::read_to_string(local.state("athena.json")).ok()?.contains("\"completed\"").then_some(())
    });
    local.kill();
    local.start(&[]);
    local.check("after");
}

#[test]
fn what_was_under_way_has_failed() {
    let local = Local::new();
    local.start(&["--pace", "60000"]);
    local.check("under_way");
    local.verb("stop", &[]);
    local.start(&[]);
    local.check("interrupted");
}

#[test]
fn a_file_that_cannot_be_read_is_set_aside() {
    let local = Local::new();
    local.start(&[]);
    local.check("before");
    local.verb("stop", &[]);
    let (moto, glue) = (local.state("moto.pickle"), local.state("glue.json"));
    let whole = std::fs::read(&moto).unwrap();
    std::fs::write(&moto, &whole[..whole.len() / 2]).unwrap();
    std::fs::write(&glue, "{").unwrap();
    let said = local.start(&[]);
    assert!(said.contains("what moto knew cannot be read") && said.contains("what glue knew cannot be read"), "{said}");
    assert_eq!(std::fs::read(local.state("moto.pickle.unread")).unwrap(), whole[..whole.len() / 2]);
    assert_eq!(std::fs::read_to_string(local.state("glue.json.unread")).unwrap(), "{");
    local.check("make_one");

    // One of another version.
    local.verb("stop", &[]);
    let mut other = std::fs::read(&moto).unwrap();
    let at = other.windows(5).position(|word| word == b"moto ").unwrap();
    other[at + 5] = b'0';
    std::fs::write(&moto, other).unwrap();
    let said = local.start(&[]);
    assert!(said.contains("it was written by strata 1, moto 0."), "{said}");
}
