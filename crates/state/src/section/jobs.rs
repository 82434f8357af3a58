//! What `jobs` reports.

use crate::wish::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Glue jobs by transform.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Job by transform.
    pub jobs: BTreeMap<String, Job>,
}

/// One Glue job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its name in Glue.
    pub name: String,
    /// What runs it in AWS.
    pub engine: Engine,
}
