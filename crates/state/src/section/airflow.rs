//! What `airflow` reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The MWAA environment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Airflow {
    /// Its name.
    pub environment: String,
    /// Its ARN.
    pub arn: String,
    /// Airflow version.
    pub version: String,
    /// Environment class.
    pub class: String,
    /// Address of the web server, as AWS gives it.
    pub webserver: String,
}
