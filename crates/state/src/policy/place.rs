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
}
