//! The wish for generated input.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The defaults of `datagen`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// The table (format csv) whose file of the day it writes.
    pub table: String,
    /// Rows of one day.
    pub rows: u64,
    /// The same seed and date make the same bytes.
    #[serde(default)]
    pub seed: u64,
    /// The locale of names and places.
    #[serde(default = "romanian")]
    pub locale: String,
}

fn romanian() -> String {
    "ro_RO".to_owned()
}
