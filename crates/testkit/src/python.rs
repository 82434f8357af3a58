//! A Python with boto3, the AWS command line and the engines that results are compared with.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::repository;

/// The interpreter of `.local/test-venv`, which is made from `tests/requirements.txt` when it is missing or outdated.
pub fn python() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(make).clone()
}

fn make() -> PathBuf {
    let root = repository();
    let (list, venv) = (root.join("tests/requirements.txt"), root.join(".local/test-venv"));
    let interpreter = venv.join("bin/python");
    let wanted = std::fs::read(&list).expect("tests/requirements.txt");
    let wanted: String = Sha256::digest(&wanted).iter().map(|byte| format!("{byte:02x}")).collect();
    let marker = venv.join("requirements.sha256");
    std::fs::create_dir_all(root.join(".local")).expect("the folder .local");
    // Test programs run side by side, and each one would make it.
    let lock = std::fs::File::create(root.join(".local/test-venv.lock")).expect("a lock file");
    lock.lock().expect("the lock");
    let found = std::fs::read_to_string(&marker).unwrap_or_default();
    if found == wanted && interpreter.exists() {
        return interpreter;
    }
    if !interpreter.exists() {
        step(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    }
    let mut install = Command::new(&interpreter);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list);
    step(&mut install);
    std::fs::write(&marker, wanted).expect("writing the marker");
    interpreter
}

fn step(command: &mut Command) {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
