//! What a DAG file says, read without running it: which calls it makes, with which arguments, where those are plain text.
//!
//! No Python is needed on the machine that deploys, and nothing of a stranger's file is run. What is only known at run time
//! is said to be so; it is not guessed.

mod calls;
mod tokens;
mod value;

pub(crate) use calls::{Call, read};
pub(crate) use value::Value;
