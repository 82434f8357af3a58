//! `jobs` owns the Glue jobs, one per transform: what runs it (polars on one machine or Spark on several), with how
//! much, and from which script and spec in the bucket.
//!
//! It needs `iam` (the jobs' role), `storage` (script, specs, SQL) and `catalog`. `layer.rs` is the list, `job.rs` and
//! `log_group.rs` are the kinds of AWS thing in it; `run` and `logs` are verbs, and `log.rs` is how both read what a run printed.

mod choice;
mod job;
mod layer;
mod log;
mod log_group;
mod logs;
mod run;
mod start;
mod summary;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Jobs)
}
