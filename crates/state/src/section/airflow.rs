//! What `airflow` reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The MWAA environment, or the workflow of MWAA Serverless.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Airflow {
    /// The environment's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub environment: String,
    /// The workflow's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workflow: String,
    /// The ARN of either.
    pub arn: String,
    /// The environment's Airflow version, or the workflow's own.
    pub version: String,
    /// Environment class.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// Address of the environment's web server, as AWS gives it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub webserver: String,
    /// The log group of the workflow's tasks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log_group: String,
}
