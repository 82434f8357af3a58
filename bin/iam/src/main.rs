//! `iam` owns the roles that AWS's services assume for the pipeline: `airflow` (MWAA) and `glue` (crawlers and jobs).
//!
//! It needs no other layer: everything that its policies name is called by rule. The documents are in `policies/roles/`.

mod layer;
mod policy;
mod role;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Iam)
}
