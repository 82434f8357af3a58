//! What environments are kept by.

/// An environment's place: region, then name.
pub(crate) type Key = (String, String);
