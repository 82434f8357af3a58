//! The wish for the bucket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One bucket: versioned, encrypted, closed to the public, TLS only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// A bucket name of your own. Without it the name ends in account and region, and nobody else can hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Days after which replaced and deleted versions of an object go.
    pub old_versions_days: i32,
    /// Days after which Athena's result files go.
    pub query_results_days: i32,
    /// Days after which unfinished uploads go.
    pub unfinished_uploads_days: i32,
}

impl Default for Storage {
    fn default() -> Self {
        Self { bucket: None, old_versions_days: 30, query_results_days: 7, unfinished_uploads_days: 1 }
    }
}
