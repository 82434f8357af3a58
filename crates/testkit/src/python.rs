//! A Python with boto3, the AWS command line and the engines that results are compared with.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::repository;

/// The interpreter of the tests, which `scripts/environments` makes from `tests/requirements.txt`.
pub fn python() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| python_of("tests")).clone()
}

/// Another one of `scripts/environments`, for packages that conflict with the others: its interpreter, or its folder.
pub fn python_of(name: &str) -> PathBuf {
    let output = Command::new(repository().join("scripts/environments")).arg(name).output();
    let output = output.expect("running scripts/environments");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}
