//! Where the sections live. Every program writes it when it is missing and refuses a document that says otherwise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The account and region that a document belongs to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Twelve digits.
    pub account: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Region name.
    pub region: String,
}
