//! The wish for the catalog.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Glue database and the Athena workgroup. The tables are in `pipeline.tables`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Catalog {
    /// The database's name, before the pattern for databases is applied.
    pub database: String,
    /// The most that one query may scan, in bytes; AWS wants 10,000,000 at least.
    pub scan_limit_bytes: i64,
}

impl Default for Catalog {
    fn default() -> Self {
        Self { database: "db".into(), scan_limit_bytes: 10_000_000_000 }
    }
}
