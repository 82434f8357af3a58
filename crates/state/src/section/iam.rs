//! What `iam` reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Role ARNs by the layer that uses them: `airflow`, `glue`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Iam {
    /// ARN by role.
    pub role_arns: BTreeMap<String, String>,
}
