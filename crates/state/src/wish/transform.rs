//! Transforms: a SQL file, what it reads and the table that it makes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One SQL file that makes one table. It becomes one Glue job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// The job's name, before the pattern for jobs is applied.
    pub name: String,
    /// The SQL file, seen from the pipeline's folder.
    pub sql: String,
    /// The tables it reads: names in `pipeline.tables`, used as they are in the SQL.
    pub reads: Vec<String>,
    /// The table it makes.
    pub writes: String,
    /// Which engine runs it in AWS; by the size of a day (`jobs.day_gb`) when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
}

/// What runs the SQL in AWS. Locally it is always polars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// One machine: a Glue pythonshell job.
    Polars,
    /// A cluster: a Glue glueetl job.
    Spark,
}

/// How the transforms run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Jobs {
    /// How large one day's input is, in GB. Up to 0.1 it fits the smallest job (1/16 DPU, 1 GB), up to 4 one DPU (16 GB),
    /// beyond that it is Spark.
    pub day_gb: f64,
    /// Glue version of Spark jobs; always sent, since AWS's default moves.
    pub glue_version: String,
    /// Worker type of Spark jobs.
    pub worker_type: String,
    /// Workers of Spark jobs, 2 at least.
    pub workers: i32,
    /// Minutes after which a run is stopped.
    pub timeout_minutes: i32,
    /// How often Glue tries again.
    pub retries: i32,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            day_gb: 0.0,
            glue_version: "5.0".into(),
            worker_type: "G.1X".into(),
            workers: 2,
            timeout_minutes: 60,
            retries: 0,
        }
    }
}

impl Jobs {
    /// The engine of `transform`: the one it names, or the one that a day's size asks for.
    #[must_use]
    pub fn engine(&self, transform: &Transform) -> Engine {
        match transform.engine {
            Some(engine) => engine,
            None if self.day_gb > 4.0 => Engine::Spark,
            None => Engine::Polars,
        }
    }

    /// DPUs of a polars job: 0.0625 (1 GB of memory) or 1 (16 GB).
    #[must_use]
    pub fn polars_dpu(&self) -> f64 {
        if self.day_gb > 0.1 { 1.0 } else { 0.0625 }
    }
}
