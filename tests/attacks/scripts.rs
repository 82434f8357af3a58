//! The scripts behind `just`: hostile words in arguments, settings and pipeline.json execute nothing.

use crate::kit::figures;
use serde_json::json;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Instant;
use strata_testkit::{Endpoint, bin, repository};
use strata_tests::pipeline;

/// A copy of the repository as far as scripts need it, with an endpoint of its own.
struct Checkout {
    folder: tempfile::TempDir,
}

impl Checkout {
    fn new() -> Self {
        // Its environment exists after this.
        drop(Endpoint::start());
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for name in ["scripts", "policies"] {
            symlink_copy(&repository().join(name), &top.join(name));
        }
        symlink_copy(&repository().join("pipelines"), &top.join("pipelines"));
        let release = top.join("target/release");
        std::fs::create_dir_all(&release).unwrap();
        for name in ["net", "iam", "storage", "catalog", "jobs", "airflow", "datagen", "teardown", "local"] {
            symlink(bin(name), release.join(name)).unwrap();
        }
        let checkout = Self { folder };
        let venv = repository().join(".local/venv");
        let started =
            checkout.command("target/release/local").args(["start", "--port", "0", "--venv"]).arg(venv).status();
        assert!(started.unwrap().success());
        checkout
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of the checkout that knows nothing of this process's settings.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.path(name));
        command.current_dir(self.folder.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.folder.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, script: &str, words: &[&str], env: &[(&str, &str)]) -> Output {
        self.command(&format!("scripts/{script}")).args(words).envs(env.iter().copied()).output().unwrap()
    }

    fn canary(&self) -> PathBuf {
        self.path("canary")
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = self.command("target/release/local").arg("stop").status();
    }
}

fn symlink_copy(from: &std::path::Path, to: &std::path::Path) {
    let copied = Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// Words that create `canary`, if anybody executes them.
fn words() -> Vec<String> {
    let forms = [
        "$(touch canary)",
        "x; touch canary",
        "x\ntouch canary",
        "'; touch canary; '",
        "\"; touch canary; \"",
        "a[$(touch canary)]",
        "$(touch canary>&2)",
    ];
    forms.map(str::to_owned).to_vec()
}

#[test]
fn nothing_is_executed() {
    let (checkout, begun) = (Checkout::new(), Instant::now());
    let mut cases = 0;
    let mut hold = |what: &str, output: Output| {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!checkout.canary().exists(), "{what} was executed: {said}");
        assert!(!said.contains("panicked") && output.status.code() != Some(101), "{what}: {said}");
        cases += 1;
        output
    };
    for text in words() {
        let text = text.as_str();
        for (script, arguments) in [
            ("run", vec![format!("date={text}")]),
            ("run", vec![format!("rows={text}")]),
            ("run", vec![format!("input={text}"), "date=2024-09-15".into()]),
            ("run", vec![format!("{text}=x")]),
            ("query", vec![text.to_owned()]),
            ("layer", vec!["net".into(), "status".into(), format!("--env={text}")]),
            ("layer", vec![text.into(), "status".into()]),
            ("layer", vec!["net".into(), text.into()]),
        ] {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = hold(&format!("{script} {arguments:?}"), checkout.run(script, &arguments, &[]));
            assert_ne!(output.status.code(), Some(0), "{script} {arguments:?}");
        }
        for (name, script, arguments) in [
            ("TARGET", "plan", &[][..]),
            ("PIPELINE_FILE", "status", &[]),
            ("STATE_FILE", "query", &[]),
            ("AWS_REGION", "layer", &["net", "status"]),
            ("AWS_DEFAULT_REGION", "layer", &["net", "status"]),
            ("AWS_PROFILE", "layer", &["net", "status"]),
            ("AWS_ENDPOINT_URL", "layer", &["net", "status"]),
        ] {
            hold(&format!("{name}={text}"), checkout.run(script, arguments, &[(name, text)]));
        }
    }
    figures("hostile words for scripts", cases, begun);
}

#[test]
fn nothing_in_a_pipeline_is_executed() {
    let (checkout, begun) = (Checkout::new(), Instant::now());
    let mut cases = 0;
    for text in words() {
        for (pointer, script) in [
            ("/name", "up"),
            ("/env", "down"),
            ("/folder", "plan"),
            ("/region", "status"),
            ("/transforms/0/name", "up"),
            ("/transforms/0/sql", "up"),
            ("/tags/Project", "up"),
            ("/generate/locale", "plan"),
            ("/net/ingress/0/description", "up"),
        ] {
            let mut document = pipeline();
            *document.pointer_mut(&format!("/pipeline{pointer}")).unwrap() = json!(text);
            std::fs::write(checkout.path("pipeline.json"), document.to_string()).unwrap();
            let output = checkout.run(script, &[], &[("PIPELINE_FILE", "pipeline.json")]);
            assert!(!checkout.canary().exists(), "{pointer} {text} was executed");
            assert!(
                output.status.code().is_some_and(|code| code != 101),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            cases += 1;
        }
    }
    figures("hostile words in a pipeline, through the scripts", cases, begun);
}

#[test]
fn a_layer_is_a_program_of_ours() {
    let checkout = Checkout::new();
    let evil = checkout.path("evil");
    std::fs::write(&evil, "#!/bin/sh\ntouch canary\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&evil).status().unwrap().success());
    for name in ["../../evil", "./../../evil", "/../../evil", "", "..", "local"] {
        let output = checkout.run("layer", &[name, "up"], &[]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!checkout.canary().exists(), "{name}");
    }
}
