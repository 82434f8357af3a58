//! A Python with boto3, the AWS command line and the engines that results are compared with.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::repository;

/// The interpreter of the tests, which `scripts/test-python` makes from `tests/requirements.txt`.
pub fn python() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(make).clone()
}

fn make() -> PathBuf {
    let output = Command::new(repository().join("scripts/test-python")).output().expect("running scripts/test-python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}
