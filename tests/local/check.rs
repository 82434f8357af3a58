//! Runs one check of a Python file against an endpoint that the tests of this program share.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use strata_testkit::{Endpoint, python, repository};

/// The running endpoint, or a new one. The last test that holds it takes it down.
fn endpoint() -> Arc<Endpoint> {
    static SHARED: Mutex<Weak<Endpoint>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let started = Arc::new(Endpoint::start_with(&["--pace", "30"]));
        *shared = Arc::downgrade(&started);
        started
    })
}

/// Runs the function `name` of `tests/local/<file>`, which asserts with boto3.
pub(crate) fn check(file: &str, name: &str, variables: &[(&str, &Path)]) {
    check_at(&endpoint(), file, name, variables);
}

/// The same at an endpoint of the test's own.
pub(crate) fn check_at(endpoint: &Endpoint, file: &str, name: &str, variables: &[(&str, &Path)]) {
    let mut command = Command::new(python());
    command.arg(repository().join("tests/local").join(file)).arg(name).envs(endpoint.env());
    command.envs(variables.iter().copied());
    // A bytecode folder in the repository would be a file that no commit has.
    let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(output.status.success(), "{file} {name}: {}", String::from_utf8_lossy(&output.stderr));
}
