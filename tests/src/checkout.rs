//! A copy of the repository as far as the entry needs it, with an endpoint of its own: what a person has, and what `just` runs.

use crate::json;
use serde_json::Value;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use strata_testkit::{Endpoint, bin, repository};

/// The copy. Its endpoint lies in its `.local`, as a person's does.
pub struct Checkout {
    folder: tempfile::TempDir,
    /// The endpoint that its recipes talk to.
    pub endpoint: Endpoint,
}

/// What a recipe did.
pub struct Said {
    /// The exit code; None where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it said to people.
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Checkout {
    /// Scripts, pipelines and programs, and an endpoint that runs.
    pub fn new() -> Self {
        Self::with(Endpoint::start())
    }

    /// The same with this endpoint.
    pub fn with(endpoint: Endpoint) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for name in ["scripts", "policies", "pipelines", "Justfile"] {
            copy(&repository().join(name), &top.join(name));
        }
        let release = top.join("target/release");
        std::fs::create_dir_all(&release).unwrap();
        for program in std::fs::read_dir(repository().join("bin")).unwrap() {
            let name = program.unwrap().file_name();
            symlink(bin(name.to_str().unwrap()), release.join(&name)).unwrap();
        }
        symlink(endpoint.dir(), top.join(".local")).unwrap();
        Self { folder, endpoint }
    }

    /// A path below it.
    pub fn path(&self, name: &str) -> PathBuf {
        // As the entry says it.
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// A program that knows nothing of this process's settings, and runs in `folder`.
    pub fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.folder.path()).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
        command
    }

    /// The entry with these words, from the top of the checkout.
    pub fn strata(&self, words: &[&str]) -> Said {
        self.strata_in("", words, &[])
    }

    /// The entry with these words, from a folder and with variables.
    pub fn strata_in(&self, folder: &str, words: &[&str], env: &[(&str, &str)]) -> Said {
        let mut command = self.command(&self.path("scripts/strata"), &self.path(folder));
        command.args(words).envs(env.iter().copied()).output().unwrap().into()
    }

    /// The entry with these words, which has to succeed.
    pub fn done(&self, words: &[&str]) -> Said {
        let said = self.strata(words);
        assert_eq!(said.code, Some(0), "{words:?}: {}", said.err);
        said
    }

    /// The bytes of a saved document; None where there is none.
    pub fn saved(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.path(&format!(".strata/{name}.json"))).ok()
    }

    /// A saved document.
    pub fn document(&self, name: &str) -> Value {
        json(&self.saved(name).unwrap_or_else(|| panic!("no document {name}")))
    }

    /// Change a pipeline.json; `file` is seen from the checkout.
    pub fn change(&self, file: &str, change: impl FnOnce(&mut Value)) {
        let path = self.path(file);
        let mut document = json(&std::fs::read_to_string(&path).unwrap());
        change(&mut document["pipeline"]);
        std::fs::write(path, document.to_string()).unwrap();
    }
}

impl Default for Checkout {
    fn default() -> Self {
        Self::new()
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}
