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

pub use strata_slices::{DATE, MONTH};

/// In keys: the day of the run as digits, `YYYYMMDD`.
pub const DATE_DIGITS: &str = "{yyyymmdd}";
/// In keys: the month of the run as digits, `YYYYMM`.
pub const MONTH_DIGITS: &str = "{yyyymm}";

/// A key or a prefix for the run of `day`, `YYYY-MM-DD`.
#[must_use]
pub fn filled(text: &str, day: &str) -> String {
    let month = day.get(..7).unwrap_or(day);
    let digits = |text: &str| text.replace('-', "");
    text.replace(DATE, day)
        .replace(MONTH, month)
        .replace(DATE_DIGITS, &digits(day))
        .replace(MONTH_DIGITS, &digits(month))
}
