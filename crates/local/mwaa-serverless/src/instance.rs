//! A task instance: one try of a task in a run.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strata_local_cloud::{Word, word};

/// One try of a task.
#[derive(Serialize, Deserialize)]
pub(crate) struct Instance {
    /// `ex_<uuid>_<task>_<attempt>`.
    pub id: String,
    /// The task's name in the definition.
    pub task: String,
    /// The full name of its operator.
    pub operator: String,
    /// From 1.
    pub attempt: u64,
    /// `NONE`, `QUEUED`, `RUNNING`, `SUCCESS`, ...
    #[serde(deserialize_with = "word")]
    pub status: Word,
    /// When it began to run.
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// When anything changed.
    pub modified: DateTime<Utc>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it returned.
    pub returned: Option<String>,
}

impl Instance {
    /// A try that has not begun.
    pub(crate) fn new(execution: &str, task: &str, operator: &str, attempt: u64) -> Self {
        Self {
            id: format!("ex_{execution}_{task}_{attempt}"),
            task: task.to_owned(),
            operator: operator.to_owned(),
            attempt,
            status: "NONE",
            started: None,
            ended: None,
            modified: Utc::now(),
            error: None,
            returned: None,
        }
    }

    /// Takes it on to another state.
    pub(crate) fn go(&mut self, status: &'static str) {
        self.status = status;
        self.modified = Utc::now();
    }

    /// How long it ran, in seconds.
    pub(crate) fn seconds(&self) -> Option<i64> {
        Some((self.ended? - self.started?).num_seconds())
    }

    /// The name of its operator without the module.
    pub(crate) fn class(&self) -> &str {
        self.operator.rsplit('.').next().unwrap_or_default()
    }
}
