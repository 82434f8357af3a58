//! `catalog` owns what makes files into tables: the Glue database, the CSV classifiers, one crawler per table that is
//! crawled, the tables that are declared, and the Athena workgroup that queries them.
//!
//! It needs `iam` (the crawlers' role) and `storage` (the bucket). `layer.rs` is the list; each file next to it is one
//! kind of AWS thing, or one verb: `crawl`, `query`, `counts`.

mod athena;
mod classifier;
mod columns;
mod counts;
mod crawl;
mod crawler;
mod database;
mod full;
mod layer;
mod query;
mod refusal;
mod show;
mod table;
mod targets;
mod workgroup;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Catalog)
}
