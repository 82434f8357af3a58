//! A run of a workflow, and the states that it goes through.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strata_local_cloud::{Word, word};
use tokio::sync::watch;

use crate::arn;
use crate::instance::Instance;

/// One run.
#[derive(Serialize, Deserialize)]
pub(crate) struct Run {
    /// 15 letters and digits.
    pub id: String,
    /// The version of the workflow.
    pub version: String,
    /// `ON_DEMAND` or `SCHEDULED`.
    #[serde(deserialize_with = "word")]
    pub kind: Word,
    /// What the caller sets instead of the definition's parameters.
    pub overrides: Value,
    /// `STARTING`, `QUEUED`, `RUNNING`, `SUCCESS`, `FAILED`, `STOPPING`, `STOPPED`.
    #[serde(deserialize_with = "word")]
    pub state: Word,
    /// When it was asked for, began to run, and ended.
    pub times: (DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// When anything changed.
    pub modified: DateTime<Utc>,
    /// Why it failed.
    pub error: Option<String>,
    /// The tries of its tasks.
    pub instances: Vec<Instance>,
    /// What tasks returned.
    pub returned: BTreeMap<String, String>,
    /// Stops it when it says true or is dropped.
    #[serde(skip)]
    pub(crate) switch: watch::Sender<bool>,
}

impl Run {
    /// Whether it has not ended.
    pub(crate) fn is_active(&self) -> bool {
        self.times.2.is_none()
    }

    /// Asks it to end.
    pub(crate) fn stop(&mut self) {
        if self.is_active() {
            self.state = "STOPPING";
            self.modified = Utc::now();
            self.switch.send_replace(true);
        }
    }

    /// Takes it on to another state, unless it is being stopped.
    pub(crate) fn go(&mut self, state: &'static str) {
        if self.state != "STOPPING" {
            self.state = state;
            self.modified = Utc::now();
        }
    }

    /// How long it ran, in seconds.
    pub(crate) fn seconds(&self) -> Option<i64> {
        let from = self.times.1.unwrap_or(self.times.0);
        self.times.2.map(|end| (end - from).num_seconds())
    }
}

/// The log stream of a try.
pub(crate) fn stream(arn: &str, run: &str, task: &str, attempt: u64) -> String {
    format!("workflow_id={}/run_id={run}/task_id={task}/attempt={attempt}.log", arn::id(arn))
}
