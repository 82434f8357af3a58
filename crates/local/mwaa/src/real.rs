//! Real Airflow behind an environment that carries the tag `strata:airflow = real`.
//!
//! Each one is a supervisor process with its own folder, `<endpoint dir>/mwaa/<region>/<name>`; both go with the environment, and
//! with this program however it ends. Programs reach it through `InvokeRestApi`, or at its host, which `host.rs` answers.

use serde_json::Value;

mod airflow;
mod all;
mod host;
mod install;
mod life;
mod rest;
mod supervisor;
mod sync;
mod tokens;
mod versions;

pub use all::Places;
pub(crate) use all::Real;
pub(crate) use host::{answer as answer_host, id_in};
pub(crate) use life::{restart, start};
pub(crate) use rest::invoke;
pub(crate) use tokens::Purpose;

/// The tag that asks for a real Airflow.
const TAG: &str = "strata:airflow";

/// What of an environment only takes effect when Airflow starts.
const AT_START: [&str; 12] = [
    "AirflowVersion",
    "AirflowConfigurationOptions",
    "DagS3Path",
    "ExecutionRoleArn",
    "LoggingConfiguration",
    "PluginsS3Path",
    "PluginsS3ObjectVersion",
    "RequirementsS3Path",
    "RequirementsS3ObjectVersion",
    "SourceBucketArn",
    "StartupScriptS3Path",
    "StartupScriptS3ObjectVersion",
];

/// Whether an environment asks for it.
pub(crate) fn is_wanted(environment: &Value) -> bool {
    environment["Tags"][TAG] == "real"
}

/// Whether the difference is one that Airflow has to be restarted for.
pub(crate) fn is_changed(before: &Value, after: &Value) -> bool {
    AT_START.iter().any(|member| before[member] != after[member])
}
