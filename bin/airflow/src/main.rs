//! `airflow` owns the MWAA environment that runs the pipeline's DAG, and the log groups that the environment makes.
//!
//! It needs `net` (where the environment lives), `iam` (what it may do) and `storage` (the DAG and its requirements).

mod environment;
mod layer;
mod log_group;
mod logging;
mod preflight;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Airflow)
}
