//! Why the chain stopped.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What went wrong, and what exists now because of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// The program that stopped.
    pub layer: String,
    /// Whether it was making or removing things.
    #[serde(default)]
    pub during: During,
    /// What was being done, to what.
    pub doing: String,
    /// AWS's own code, where AWS refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// AWS's own message, or ours.
    pub message: String,
    /// Resources of this layer that exist now; they may cost money until `down`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
}

/// What a program was about when it stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum During {
    /// Making the layer, or using it.
    #[default]
    Up,
    /// Removing it.
    Down,
}

/// One resource that is left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// The resource in the layer's list, for example `subnet.private-1`.
    pub resource: String,
    /// Its id or name in AWS.
    pub id: String,
}
