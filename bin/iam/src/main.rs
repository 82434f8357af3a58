//! `iam` owns the roles that AWS's services assume for the pipeline, with their instance profiles: those that its layers
//! demand, and those of its wish.
//!
//! It knows none of those layers: a demand brings the documents, which are in `policies/roles/`.

mod api;
mod instance_profile;
mod layer;
mod policy;
mod preflight;
mod role;
mod service_role;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Iam)
}
