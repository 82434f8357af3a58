//! Real Airflow for tests that load DAGs: venvs with pinned packages, made once.

use std::path::{Path, PathBuf};
use std::process::Command;
use strata_testkit::{python, repository};

/// The interpreter of a venv with all packages of `tests/airflow/requirements-<version>.txt`.
pub fn airflow(version: &str) -> PathBuf {
    let list = repository().join(format!("tests/airflow/requirements-{version}.txt"));
    let venv = repository().join(format!(".local/airflow-{version}"));
    let interpreter = venv.join("bin/python");
    once(&venv, &list, || {
        step(Command::new(uv()).args(["venv", "--quiet", "--clear", "--python", "3.11"]).arg(&venv));
        install(&interpreter, &list, &[]);
    });
    interpreter
}

/// A folder for PYTHONPATH with the packages of `tests/airflow/requirements-<name>.txt` and nothing that they ask for, for
/// the interpreter of [`airflow`]: what it has stays as it is.
pub fn beside(interpreter: &Path, name: &str) -> PathBuf {
    let list = repository().join(format!("tests/airflow/requirements-{name}.txt"));
    let folder = repository().join(format!(".local/airflow-{name}"));
    once(&folder, &list, || {
        let _ = std::fs::remove_dir_all(&folder);
        install(interpreter, &list, &["--no-deps", "--target", folder.to_str().unwrap()]);
    });
    folder
}

fn uv() -> PathBuf {
    python().with_file_name("uv")
}

/// Make a folder, unless it was made from this list already. Test programs run side by side.
fn once(folder: &Path, list: &Path, make: impl FnOnce()) {
    let wanted = std::fs::read_to_string(list).unwrap();
    let marker = folder.join("requirements.txt");
    let lock = std::fs::File::create(format!("{}.lock", folder.display())).unwrap();
    lock.lock().unwrap();
    if !std::fs::read_to_string(&marker).is_ok_and(|found| found == wanted) {
        make();
        std::fs::write(&marker, wanted).unwrap();
    }
}

fn install(interpreter: &Path, list: &Path, words: &[&str]) {
    let mut command = Command::new(uv());
    command.args(["pip", "install", "--quiet", "--python"]).arg(interpreter).args(words);
    step(command.arg("--requirements").arg(list));
}

fn step(command: &mut Command) {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
