//! crates/sql
