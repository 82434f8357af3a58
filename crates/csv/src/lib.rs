//! Which CSV files strata takes: RFC 4180 with a header, UTF-8, and few and strict forms for each type. The rules are those
//! of the transforms (`crates/engine/src/csv`), so that what passes here is not rejected there.

mod check;
mod form;
mod strict;

pub use check::{Error, check, fields, first_few};
pub use form::fits;
pub use strict::Strict;
