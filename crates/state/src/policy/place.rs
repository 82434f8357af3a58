//! Where a pipeline is, and the values of placeholders there.

use std::collections::BTreeMap;

/// The values of each placeholder; several values repeat the string that holds it.
pub type Values = BTreeMap<String, Vec<String>>;

/// Placeholders that a layer adds.
pub type Added = Vec<(&'static str, Vec<String>)>;

/// Where things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Twelve digits.
    pub account: String,
    /// Region name.
    pub region: String,
    /// The key of the program that jobs fetch, which holds the hash of its sources and of Cargo.lock. None where they do not
    /// fetch it: at a local endpoint.
    pub program: Option<String>,
}
