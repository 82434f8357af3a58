//! `DeleteWorkflow`: what runs is stopped first. The log group stays, as AWS leaves it.

use crate::store::MwaaServerless;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::missing;
use crate::members::text;
use strata_local_wire::Answer;

/// How often is looked whether the runs have ended.
const LOOK: Duration = Duration::from_millis(20);

/// Deletes a workflow or one of its versions.
pub(crate) fn workflow(all: &Arc<MwaaServerless>, region: &str, body: &Value) -> Answer {
    let arn = text(body, "WorkflowArn");
    let version = body["WorkflowVersion"].as_str();
    let whole = all.workflow(region, arn, |workflow| {
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
        workflow.runs.iter_mut().for_each(crate::run::Run::stop);
        Ok(is_first)
    })?;
    if whole {
        tokio::spawn(vanish(all.clone(), region.to_owned(), arn.to_owned()));
    }
    let mut answer = json!({ "WorkflowArn": arn });
    if let Some(version) = version {
        answer["WorkflowVersion"] = json!(version);
    }
    Ok(answer)
}

pub(crate) async fn vanish(all: Arc<MwaaServerless>, region: String, arn: String) {
    tokio::time::sleep(all.cloud.lasts("workflow deleting", 0.5, 3.0)).await;
    while all
        .workflow(&region, &arn, |workflow| Ok(workflow.runs.iter().any(crate::run::Run::is_active)))
        .unwrap_or(false)
    {
        tokio::time::sleep(LOOK).await;
    }
    all.with(|store| store.workflows.remove(&(region, arn)));
}
