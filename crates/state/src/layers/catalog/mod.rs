//! `catalog`: the Glue database with the pipeline's tables, and the Athena workgroup.

pub(crate) mod check;
mod wish;

pub use wish::{Section, Wish};

use crate::layer::Layer;
use crate::policy::{Added, Place};
use crate::{Document, Kind, roles};

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "catalog",
    about: "The catalog: Glue database, tables, classifiers, crawlers, Athena workgroup",
    asked: |pipeline| pipeline.catalog.is_some() || !pipeline.tables.is_empty(),
    uses: &["iam", "storage"],
    needs: |_| LAYER.uses.to_vec(),
    roles: |_| vec![roles::glue()],
    values,
    ..Layer::NONE
};

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
