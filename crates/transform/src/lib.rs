//! crates/transform
