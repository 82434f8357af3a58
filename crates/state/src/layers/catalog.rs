//! `catalog`: the Glue database with the pipeline's tables, and the Athena workgroup.

use super::Layer;
use crate::policy::{Added, Place};
use crate::wish::{Pipeline, words};
use crate::{Document, Kind, roles};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "catalog",
    about: "The catalog: Glue database, tables, classifiers, crawlers, Athena workgroup",
    asked: |pipeline| pipeline.catalog.is_some() || !pipeline.tables.is_empty(),
    uses: &["iam", "storage"],
    needs: |_| LAYER.uses.to_vec(),
    roles: |_| vec![roles::glue()],
    check,
    values,
    ..Layer::NONE
};

/// The Glue database and the Athena workgroup. The tables are in `pipeline.tables`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// The database's name, before the pattern for databases is applied.
    pub database: String,
    /// The most that one query may scan, in bytes; AWS wants 10,000,000 at least.
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

fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let catalog = pipeline.catalog();
    let database = catalog.database.to_lowercase().replace('-', "_");
    words::word(found, "pipeline.catalog.database", &catalog.database);
    words::column(found, "pipeline.catalog.database", &database);
    if catalog.scan_limit_bytes < 10_000_000 {
        found.push("pipeline.catalog.scan_limit_bytes: AWS wants 10,000,000 at least".into());
    }
}

fn values(document: &Document, place: &Place) -> Added {
    let pipeline = &document.pipeline;
    let name = |kind, name: &str| pipeline.physical(kind, name, &place.account, &place.region);
    let crawlers = pipeline.tables.values().filter_map(|table| table.crawler.as_deref());
    vec![
        ("database", vec![name(Kind::Database, &pipeline.catalog().database)]),
        ("workgroup", vec![name(Kind::Workgroup, "athena")]),
        ("crawler", crawlers.map(|crawler| name(Kind::Crawler, crawler)).collect()),
    ]
}
