//! Child processes of the local endpoint: what they see of its environment, and workers, which do one task and end.

mod broken;
pub mod environment;
pub mod worker;
