//! Transforms: a SQL file, what it reads and the table that it makes.

use crate::layers::jobs::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One SQL file that makes one table. It becomes one Glue job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// The job's name, before the pattern for jobs is applied.
    pub name: String,
    /// The SQL file, relative to the pipeline's folder.
    pub sql: String,
    /// The tables it reads: names in `pipeline.tables`, used as they are in the SQL.
    pub reads: Vec<String>,
    /// The table it makes.
    pub writes: String,
    /// Which engine runs it in AWS; by default chosen by the size of a day (`jobs.day_gb`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
}
