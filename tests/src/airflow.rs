//! Real Airflow for tests that load DAGs: venvs with pinned packages, made once.

use std::path::PathBuf;
use strata_testkit::python_of;

/// The interpreter of a venv with all packages of `tests/airflow/requirements-<version>.txt`.
pub fn airflow(version: &str) -> PathBuf {
    python_of(&format!("airflow-{version}"))
}

/// A folder for PYTHONPATH with the packages of `tests/airflow/requirements-<name>.txt` and nothing that they ask for, for
/// an interpreter of [`airflow`]: what it has stays as it is.
pub fn added_packages(name: &str) -> PathBuf {
    python_of(&format!("airflow-{name}"))
}
