//! `iam` owns the roles that AWS's services assume for the pipeline: those that its layers demand.
//!
//! It knows none of those layers: a demand brings the documents, which are in `policies/roles/`.

mod layer;
mod policy;
mod role;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Iam)
}
