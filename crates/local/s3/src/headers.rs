//! What headers of a request mean for an object: conditions, ranges, metadata.

pub(crate) mod condition;
pub(crate) mod metadata;
pub(crate) mod range;
