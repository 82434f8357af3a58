//! crates/records
