//! Task instances: one for each try of a task.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::failure::missing;
use super::page::page;
use super::{MwaaServerless, compact, run, text, time};
use crate::call::Answer;

/// One try of a task.
pub(super) struct Instance {
    /// `ex_<uuid>_<task>_<attempt>`.
    pub id: String,
    /// The task's name in the definition.
    pub task: String,
    /// The full name of its operator.
    pub operator: String,
    /// From 1.
    pub attempt: u64,
    /// `NONE`, `QUEUED`, `RUNNING`, `SUCCESS`, ...
    pub status: &'static str,
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
    pub(super) fn new(execution: &str, task: &str, operator: &str, attempt: u64) -> Self {
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
    pub(super) fn go(&mut self, status: &'static str) {
        self.status = status;
        self.modified = Utc::now();
    }

    fn seconds(&self) -> Option<i64> {
        Some((self.ended? - self.started?).num_seconds())
    }

    fn class(&self) -> &str {
        self.operator.rsplit('.').next().unwrap_or_default()
    }
}

/// `GetTaskInstance`.
pub(super) fn get(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    let id = text(body, "TaskInstanceId");
    run::one(all, region, body, |run, arn| {
        let found = run.instances.iter().find(|one| one.id == id).ok_or_else(|| missing("TaskInstance", id))?;
        Ok(compact(json!({
            "WorkflowArn": arn,
            "RunId": run.id,
            "TaskInstanceId": id,
            "WorkflowVersion": run.version,
            "Status": found.status,
            "DurationInSeconds": found.seconds(),
            "OperatorName": found.class(),
            "ModifiedAt": time(found.modified),
            "EndedAt": found.ended.map(time),
            "StartedAt": found.started.map(time),
            "AttemptNumber": found.attempt,
            "ErrorMessage": found.error.as_ref().map(|why| why.chars().take(255).collect::<String>()),
            "TaskId": found.task,
            "LogStream": found.started.map(|_| run::stream(arn, &run.id, &found.task, found.attempt)),
            "Xcom": found.returned.as_ref().map(|value| json!({ "return_value": value })),
        })))
    })
}

/// `ListTaskInstances`: in the order of the definition, the tries of a task after each other.
pub(super) fn list(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    let mut rows = Vec::new();
    run::one(all, region, body, |run, arn| {
        rows = run
            .instances
            .iter()
            .map(|one| {
                compact(json!({
                    "WorkflowArn": arn,
                    "WorkflowVersion": run.version,
                    "RunId": run.id,
                    "TaskInstanceId": one.id,
                    "Status": one.status,
                    "DurationInSeconds": one.seconds(),
                    "OperatorName": one.class(),
                }))
            })
            .collect();
        Ok(Value::Null)
    })?;
    page(body, "TaskInstances", rows)
}
