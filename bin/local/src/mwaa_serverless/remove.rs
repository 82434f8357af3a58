//! `DeleteWorkflow`: what runs is stopped first. The log group stays, as AWS leaves it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::failure::missing;
use super::text;
use crate::call::Answer;
use crate::world::World;

/// How often is looked whether the runs have ended.
const LOOK: Duration = Duration::from_millis(20);

/// Deletes a workflow or one of its versions.
pub(super) fn workflow(world: &Arc<World>, region: &str, body: &Value) -> Answer {
    let arn = text(body, "WorkflowArn");
    let version = body["WorkflowVersion"].as_str();
    let whole = world.mwaa_serverless.workflow(region, arn, |workflow| {
        if let Some(id) = version {
            let at = workflow.versions.iter().position(|version| version.id == id);
            let at = at.ok_or_else(|| missing("WorkflowVersion", id))?;
            if workflow.versions.len() > 1 {
                workflow.versions.remove(at);
                workflow.due = None;
                return Ok(false);
            }
        }
        // A second call finds the first one's work under way.
        let is_first = !workflow.deleting;
        workflow.deleting = true;
        workflow.runs.iter_mut().for_each(super::run::Run::stop);
        Ok(is_first)
    })?;
    if whole {
        tokio::spawn(vanish(world.clone(), region.to_owned(), arn.to_owned()));
    }
    let mut answer = json!({ "WorkflowArn": arn });
    if let Some(version) = version {
        answer["WorkflowVersion"] = json!(version);
    }
    Ok(answer)
}

async fn vanish(world: Arc<World>, region: String, arn: String) {
    tokio::time::sleep(world.weather.lasts("workflow deleting", 0.5, 3.0).unwrap_or(world.pace)).await;
    let all = &world.mwaa_serverless;
    while all
        .workflow(&region, &arn, |workflow| Ok(workflow.runs.iter().any(super::run::Run::is_active)))
        .unwrap_or(false)
    {
        tokio::time::sleep(LOOK).await;
    }
    all.with(|store| store.workflows.remove(&(region, arn)));
}
