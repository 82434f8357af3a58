//! A Python with boto3, the AWS command line and the engines that results are compared with.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::repository;

/// The interpreter of the tests, which `scripts/test-python` makes from `tests/requirements.txt`.
pub fn python() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| make(&[])).clone()
}

/// An interpreter of its own for what cannot stand beside the others, made from `tests/<name>/requirements.txt`.
pub fn python_of(name: &str) -> PathBuf {
    make(&[name])
}

fn make(args: &[&str]) -> PathBuf {
    let output = Command::new(repository().join("scripts/test-python")).args(args).output();
    let output = output.expect("running scripts/test-python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}
