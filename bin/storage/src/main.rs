//! `storage` owns the buckets, their settings, and the files that the other layers run: DAGs, scripts, SQL and specs.
//!
//! It needs the key only where a bucket is encrypted with it. `layer.rs` is the list; `bucket.rs` and `file.rs` are the two kinds of thing in it.

mod access;
mod bucket;
mod check;
mod contents;
mod encryption;
mod file;
mod folder;
mod key;
mod layer;
mod lifecycle;
mod listing;
mod names;
mod objects;
mod owner;
mod put;
mod ready;
mod settings;
mod wanted;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Storage)
}
