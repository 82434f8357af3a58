//! How a person asks for transforms to run, and what the document says of the jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What runs the SQL in AWS. Locally it is always the program `transform`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// The program `transform` on one machine: a Glue pythonshell job fetches and starts it.
    Native,
    /// A cluster: a Glue glueetl job.
    Spark,
}

/// How the transforms run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
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
    /// Number of retries by Glue.
    pub retries: i32,
    /// Days after which CloudWatch deletes what Spark jobs have logged: one of the numbers that AWS takes. Other jobs log into
    /// groups that are the account's.
    pub log_days: i32,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            day_gb: 0.0,
            glue_version: "5.0".into(),
            worker_type: "G.1X".into(),
            workers: 2,
            timeout_minutes: 60,
            retries: 0,
            log_days: 30,
        }
    }
}

/// Glue jobs by transform.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Job by transform.
    pub jobs: BTreeMap<String, Job>,
    /// Log groups of Spark jobs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_groups: Vec<String>,
}

/// One Glue job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its name in Glue.
    pub name: String,
    /// What runs it in AWS.
    pub engine: Engine,
}
