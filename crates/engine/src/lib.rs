//! Runs a transform where the bucket is: reads the tables of a [`strata_state::Spec`], runs its SQL on polars, and
//! replaces one slice of the table that it makes.
//!
//! `run.rs` is the course of a run, `together.rs` that of several transforms, `work.rs` what is to be done for a slice, `ways.rs` the ways to do it: piece by piece where the
//! query allows it, else in memory; `scan.rs` is for raw files, `aligned.rs` is for joins, of which `copying.rs` copies what does not change.
//! `slices.rs` finds the slices, `csv/` reads and checks raw files, `parquet/` reads and writes tables, `query.rs` runs
//! the SQL, `answer.rs` holds its answer to the declared table. `store.rs` is all it knows of S3.
//! The program `transform` runs it, on a laptop and in AWS alike.

mod aligned;
mod answer;
mod copying;
mod csv;
mod digest;
mod error;
mod folder;
mod hashes;
mod limits;
mod order;
mod parquet;
mod progress;
mod query;
mod report;
mod run;
mod scan;
mod slices;
mod store;
mod together;
mod ways;
mod work;

pub use error::Error;
pub use folder::Folder;
pub use limits::Limits;
pub use report::{Replaced, Report};
pub use run::{run, run_within};
pub use store::{Object, Sink, Source, Store};
pub use together::run_together;
