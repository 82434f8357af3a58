//! One difference between what is and what is asked for.

use serde::Serialize;
use serde_json::Value;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// A property of its kind.
    Property,
    /// Its tags.
    Tags,
    /// That it can be used at all.
    Usable,
}

/// One property that differs, or all tags that do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Change {
    /// Which.
    pub(crate) field: String,
    /// What it is.
    pub(crate) from: Value,
    /// What it shall be.
    pub(crate) to: Value,
    /// Whether AWS can change it only by a new resource.
    pub(crate) replaces: bool,
    /// What kind of difference it is.
    #[serde(skip)]
    pub(crate) of: Aspect,
}

impl Change {
    pub(crate) fn is_tags(&self) -> bool {
        self.of == Aspect::Tags
    }
}
