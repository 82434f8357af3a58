//! crates/layer
