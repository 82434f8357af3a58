//! Runs a transform where the bucket is: reads the tables of a [`strata_state::Spec`], runs its SQL on polars, and
//! replaces one day of the table that it makes.
//!
//! `run.rs` is the course of a run. `day.rs` finds the days, `csv/` reads and checks raw files, `parquet.rs` reads and
//! writes tables, `query.rs` runs the SQL and holds its answer to the declared columns. `store.rs` is all it knows of S3.
//! `scripts/glue/strata_transform.py` does the same in AWS, and the tests compare the two.

mod csv;
mod day;
mod error;
mod parquet;
mod query;
mod report;
mod run;
mod store;
mod twice;

pub use error::Error;
pub use report::{Day, Report};
pub use run::run;
pub use store::{Folder, Object, Store};
