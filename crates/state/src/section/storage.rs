//! What `storage` reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The bucket and the files that strata put into it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// Bucket name.
    pub bucket: String,
    /// Bucket ARN.
    pub arn: String,
    /// Version id by key, of the files that strata uploaded.
    pub files: BTreeMap<String, String>,
}
