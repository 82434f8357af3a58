//! MWAA's errors for what it finds, or does not.

use serde_json::Value;
use strata_local_wire::AwsError;

/// What asks for Airflow where none runs.
pub(crate) fn no_airflow(name: &str) -> AwsError {
    let why = format!(
        "The environment {name} is in a local endpoint: its settings are kept and checked, but no Airflow runs behind it, \
         so there are no DAGs, variables or runs."
    );
    AwsError::new("RestApiServerException", why)
}

/// AWS's error for a name that is not there.
pub(crate) fn unknown(name: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("No environment found with name {name}")).with_status(404)
}

/// A request that AWS refuses after it has looked at what the request names.
pub(crate) fn invalid(why: impl std::fmt::Display) -> AwsError {
    AwsError::new("ValidationException", format!("Invalid request provided: {why}"))
}

/// The state that a call finds an environment in must be a resting one.
pub(crate) fn resting(environment: &Value, allowed: &[&str]) -> Result<(), AwsError> {
    let status = environment["Status"].as_str().unwrap_or_default();
    if allowed.contains(&status) {
        return Ok(());
    }
    let why = format!(
        "Environments with {status} status must complete previous operation before initiating a new operation."
    );
    Err(AwsError::new("ValidationException", why))
}
