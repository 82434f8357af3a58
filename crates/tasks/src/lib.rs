//! What one run of a pipeline does, as a graph of typed tasks, and who can carry it out.
//!
//! A [`Graph`] knows no pipeline: `strata-state` makes one of a pipeline's tables and transforms. Each writer says the whole
//! graph in the words of one engine: [`airflow`] for the DAG module in an MWAA environment, [`workflow`] for MWAA Serverless,
//! [`shell`] for `just run`. A kind of task that a writer does not know does not compile.

pub mod airflow;
mod graph;
pub mod shell;
pub mod workflow;

pub use graph::{Error, Graph, Retries, Task, Work};

/// In keys and prefixes: the day of the run, `YYYY-MM-DD`.
pub const DATE: &str = "{date}";
