//! What `catalog` reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names in Glue and Athena.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Glue database.
    pub database: String,
    /// The CSV classifier.
    pub classifier: String,
    /// Crawler by the table that it finds.
    pub crawlers: BTreeMap<String, String>,
    /// Tables that strata declares itself, because no crawler does.
    pub tables: Vec<String>,
    /// Athena workgroup.
    pub workgroup: String,
}
