//! `keys` owns the KMS key of the pipeline, its alias, its rotation and its policy.
//!
//! Its policy names the account and services of AWS only: roles get their rights on the key by their own policies, so the key
//! can be made before them.

mod alias;
mod key;
mod kms;
mod layer;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Keys)
}
