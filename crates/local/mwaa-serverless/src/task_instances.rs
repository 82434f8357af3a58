//! Task instances shown: one for each try of a task.

use serde_json::{Value, json};
use strata_local_wire::Answer;

use crate::failure::missing;
use crate::members::{compact, text, time};
use crate::page::page;
use crate::store::MwaaServerless;
use crate::{run, runs};

/// `GetTaskInstance`.
pub(crate) fn get(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    let id = text(body, "TaskInstanceId");
    runs::one(all, region, body, |run, arn| {
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
pub(crate) fn list(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    let mut rows = Vec::new();
    runs::one(all, region, body, |run, arn| {
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
