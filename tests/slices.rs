//! Slices, as real processes make them against the endpoint: a month and a whole table replaced, raw files found by their
//! rules, what cannot be refused in `plan`, and files that are not sent twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "slices/grains.rs"]
mod grains;
#[path = "slices/kit.rs"]
mod kit;
#[path = "slices/rules.rs"]
mod rules;
#[path = "slices/upload.rs"]
mod upload;
