//! The local endpoint on its machine: child processes and what they see of its environment, workers, which do one task and end,
//! and the error of a file.

pub mod broken;
pub mod environment;
pub mod file;
pub mod uv;
pub mod worker;
