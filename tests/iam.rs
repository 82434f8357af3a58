//! `iam` as a process, against the local endpoint, checked with boto3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "iam/faults.rs"]
mod faults;
#[path = "iam/kit.rs"]
mod kit;
#[path = "iam/own.rs"]
mod own;
#[path = "iam/profiles.rs"]
mod profiles;
#[path = "iam/refused.rs"]
mod refused;
#[path = "iam/roles.rs"]
mod roles;
#[path = "iam/service_roles.rs"]
mod service_roles;
