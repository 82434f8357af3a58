//! How the files of a raw table are found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The rule by which files of a table that no transform makes belong to its slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// A file for each slice: its name says which, by `{date}` or `{month}`.
    Dated,
    /// Of all files of a slice the newest: the one whose name begins with the latest date, `YYYYMMDD`.
    Newest,
    /// All files of a slice whose names fit; `*` matches any text.
    Glob,
    /// One file, which is all of the table.
    Whole,
}

impl Input {
    /// As the document has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dated => "dated",
            Self::Newest => "newest",
            Self::Glob => "glob",
            Self::Whole => "whole",
        }
    }
}
