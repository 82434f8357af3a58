//! Raw CSV files: RFC 4180 with a header, UTF-8, every row checked against the declared columns.
//!
//! A row that breaks the schema is rejected with its line and the reason. Validity of a row is a matter of all its
//! columns, also of those that a transform does not use: the staging tables of a day hold the same rows, so joins between
//! them lose none.
//!
//! `cut.rs` cuts a file into stretches of whole records, `scan.rs` splits records into fields (`marks.rs` finds where they
//! may end), `value.rs` checks one field, `layout.rs` the header, `part.rs` a stretch, `raw.rs` a file (stretches side by side), `key.rs` rows that share a key,
//! `reject.rs` what was rejected.

mod build;
mod cut;
mod key;
mod layout;
mod marks;
mod part;
mod raw;
mod reject;
mod scan;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
mod value;

pub(crate) use raw::{Raw, Seen};
pub(crate) use reject::Rejects;
