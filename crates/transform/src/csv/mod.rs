//! Raw CSV files: RFC 4180 with a header, UTF-8, every row checked against the declared columns.
//!
//! A row that breaks the schema is set aside with its line and the reason. Validity of a row is a matter of all its
//! columns, also of those that a transform does not use: the staging tables of a day hold the same rows, so joins between
//! them lose none.
//!
//! `scan.rs` splits records into fields, `value.rs` checks one field, `layout.rs` the header, `part.rs` a stretch of
//! records, `read.rs` a file (stretches in parallel), `key.rs` rows that share a key, `reject.rs` what was set aside.

mod build;
mod key;
mod layout;
mod part;
mod read;
mod reject;
mod scan;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
mod value;

pub(crate) use read::read;
pub(crate) use reject::Rejects;
