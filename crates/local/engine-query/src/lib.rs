//! The engine of Athena's queries: the statement as Athena has it, its translation, and polars, which runs it in a worker process.

mod engine;
pub mod format;
mod functions;
mod job;
mod lazy;
mod scan;
pub mod statement;
pub mod translate;

pub use engine::{NAME, run};
pub use job::{File, Format, Job, Source};
