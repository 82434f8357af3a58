//! What a run needs to know while it goes on.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::definition::Definition;
use crate::run::Run;
use crate::store::MwaaServerless;

/// What a run needs to know.
pub(crate) struct Work {
    /// Where it runs.
    pub region: String,
    /// The workflow.
    pub arn: String,
    /// The run's id.
    pub run: String,
    /// What is to be done.
    pub definition: Arc<Definition>,
    /// In whose name.
    pub role: String,
    /// Where the tasks log.
    pub group: String,
    /// What the caller set instead of the definition's parameters.
    pub overrides: Map<String, Value>,
    /// The logical date.
    pub date: DateTime<Utc>,
    /// A part of the ids of its task instances.
    pub execution: String,
    /// Says true when the run is to stop; is closed when it is gone.
    pub stopped: watch::Receiver<bool>,
}

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It did its work.
    Success,
    /// It failed, or one failed that it needs.
    Failed,
    /// Its rule did not let it start.
    Skipped,
}

impl Work {
    /// Changes the run, if it is still there.
    pub(crate) fn change<T>(&self, all: &MwaaServerless, change: impl FnOnce(&mut Run) -> T) -> Option<T> {
        all.run(&self.region, &self.arn, &self.run, change)
    }

    /// Whether nothing more is to begin.
    pub(crate) fn is_over(&self) -> bool {
        *self.stopped.borrow() || self.stopped.has_changed().is_err()
    }
}
