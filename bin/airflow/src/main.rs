//! `airflow` owns what runs the pipeline: the MWAA environment with its log groups, or, where the wish says so, the workflow
//! of MWAA Serverless with its one.
//!
//! It needs `net` (where the environment lives), `iam` (what it may do) and `storage` (the DAG and its requirements).
//! `layer.rs` is the list of what it owns, `verbs.rs` that of its other verbs. What is an environment's alone is in
//! `environment/`, what is a workflow's in `serverless/`; `orchestrator.rs` is what both are to the verbs.

mod check;
mod cost;
mod environment;
mod follow;
mod layer;
mod log_text;
mod logs;
mod orchestrator;
mod preflight;
mod python;
mod refusal;
mod run;
mod runs;
mod serverless;
mod show;
mod state;
mod trigger;
mod verbs;
mod wished;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Airflow)
}
