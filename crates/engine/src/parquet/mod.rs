//! Parquet files with declared types: decimals stay decimals, timestamps are microseconds without a zone.

mod read;
mod types;
mod write;

pub(crate) use read::{Stored, Table};
pub(crate) use types::{dtype, empty};
pub(crate) use write::{Encoder, Group, Pages, Writer};
