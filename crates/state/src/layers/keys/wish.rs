//! The key that a person asks for, and what the document says of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One symmetric key, used by the account's roles as their policies say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// Days after which AWS makes new key material, 90 to 2560; 0 for never. What is encrypted stays readable.
    pub rotation_days: i32,
    /// Days, 7 to 30, that AWS keeps the key after `down`; `up` in that time restores it.
    pub pending_days: i32,
    /// Services of AWS that use the key themselves, besides those that layers demand: `delivery.logs.amazonaws.com`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
}

impl Default for Wish {
    fn default() -> Self {
        Self { rotation_days: 365, pending_days: 7, services: Vec::new() }
    }
}

/// The key and its alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The key's id.
    pub key_id: String,
    /// The key's ARN.
    pub arn: String,
    /// The alias, with `alias/` in front.
    pub alias: String,
}
