//! The catalog that a person asks for, and what the document says of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The Glue database and the Athena workgroup. The tables are in `pipeline.tables`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// The database's name, before the pattern for databases is applied.
    pub database: String,
    /// The most that one query may scan, in bytes; AWS requires 10,000,000 at least.
    pub scan_limit_bytes: i64,
}

impl Default for Wish {
    fn default() -> Self {
        Self { database: "db".into(), scan_limit_bytes: 10_000_000_000 }
    }
}

/// Names in Glue and Athena.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
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
