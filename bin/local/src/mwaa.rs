//! Airflow environments (MWAA).

/// The environments.
#[derive(Default)]
pub(crate) struct Mwaa {}
