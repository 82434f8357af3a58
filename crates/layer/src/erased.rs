//! Resources without their types, as the runner compares them: properties by name, whatever the kind.

use crate::State;
use serde_json::Value;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use strata_aws::tags::Tags;

/// Properties by name. The same names mean the same in a wish and in what is live, so that they can be compared.
pub(crate) type ByName = BTreeMap<&'static str, Value>;

/// One thing that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// Which of its kind: `private-1`; the kind and this make the tag `strata:id`.
    pub(crate) id: String,
    /// Its name in AWS, or its `Name` tag.
    pub(crate) name: String,
    /// What it shall be.
    pub(crate) props: ByName,
    /// Properties that AWS cannot change: a difference there means a new one.
    pub(crate) fixed: &'static [&'static str],
    /// The same with its types.
    pub(crate) typed: Arc<dyn Any + Send + Sync>,
}

/// One thing that is there.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// Which of its kind, from the tag `strata:id` or from its name.
    pub(crate) id: String,
    /// Its id or name in AWS.
    pub(crate) physical: String,
    /// Whose it is, if it is not ours.
    pub(crate) foreign: Option<String>,
    /// Its tags, where it can have any.
    pub(crate) tags: Option<Tags>,
    /// Whether it can be used.
    pub(crate) state: State,
    /// What it is, under the names of the wish.
    pub(crate) props: ByName,
    /// When it was made, from the tag `strata:created`, where AWS may make two for one.
    pub(crate) created: Option<String>,
    /// The same with its types.
    pub(crate) typed: Arc<dyn Any + Send + Sync>,
}
