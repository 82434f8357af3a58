//! `airflow` owns what runs the pipeline: the MWAA environment with its log groups, or, where the wish says so, the workflow
//! of MWAA Serverless with its one.
//!
//! It needs `net` (where the environment lives), `iam` (what it may do) and `storage` (the DAG and its requirements).
//! `layer.rs` is the list of what it owns, `verbs.rs` that of what it does beside; `rest.rs` is how it talks to Airflow.

mod check;
mod cost;
mod dag_run;
mod environment;
mod follow;
mod layer;
mod log_group;
mod log_text;
mod logging;
mod preflight;
mod python;
mod refusal;
mod rest;
mod runs;
mod serverless;
mod show;
mod source;
mod state;
mod task_logs;
mod trigger;
mod ui;
mod variables;
mod verbs;
mod workflow;
mod workflow_log;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Airflow)
}
