//! `GetWorkflow`, `ListWorkflows` and `ListWorkflowVersions`.

use serde_json::{Value, json};

use crate::arn::log_group;
use crate::members::{compact, text, time};
use crate::page::page;
use crate::store::MwaaServerless;
use crate::workflow::Workflow;
use strata_local_wire::Answer;

/// `GetWorkflow`.
pub(crate) fn workflow(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    all.workflow(region, text(body, "WorkflowArn"), |workflow| {
        let version = workflow.version(body["WorkflowVersion"].as_str())?;
        let settings = &version.settings;
        Ok(compact(json!({
            "WorkflowArn": workflow.arn,
            "WorkflowVersion": version.id,
            "Name": workflow.name,
            "Description": settings["Description"],
            "CreatedAt": time(workflow.created),
            "ModifiedAt": time(version.created),
            "EncryptionConfiguration": settings["EncryptionConfiguration"],
            "LoggingConfiguration": { "LogGroupName": log_group(&workflow.arn, settings) },
            "EngineVersion": settings["EngineVersion"],
            "WorkflowStatus": workflow.status(),
            "DefinitionS3Location": settings["DefinitionS3Location"],
            "Code": settings["Code"],
            "CodeSnapshottedAt": if settings["Code"].is_null() { Value::Null } else { time(version.created) },
            "ScheduleConfiguration": version.schedule(),
            "RoleArn": settings["RoleArn"],
            "NetworkConfiguration": settings["NetworkConfiguration"],
            "Environment": settings["Environment"],
            "TriggerMode": version.mode(),
            "WorkflowDefinition": version.text,
        })))
    })
}

/// `ListWorkflows`: the newest version of each.
pub(crate) fn list(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    let rows = all.with(|store| {
        let here = store.workflows.iter().filter(|((place, _), _)| place == region);
        here.filter_map(|(_, workflow)| row(workflow)).collect()
    });
    page(body, "Workflows", rows)
}

fn row(workflow: &Workflow) -> Option<Value> {
    let version = workflow.versions.last()?;
    Some(compact(json!({
        "WorkflowArn": workflow.arn,
        "WorkflowVersion": version.id,
        "Name": workflow.name,
        "Description": version.settings["Description"],
        "CreatedAt": time(workflow.created),
        "ModifiedAt": time(version.created),
        "WorkflowStatus": workflow.status(),
        "TriggerMode": version.mode(),
    })))
}

/// `ListWorkflowVersions`: the newest first.
pub(crate) fn versions(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    let rows = all.workflow(region, text(body, "WorkflowArn"), |workflow| {
        let newest = workflow.versions.last().map(|version| version.id.clone());
        let row = |version: &crate::version::Version| {
            compact(json!({
                "WorkflowVersion": version.id,
                "WorkflowArn": workflow.arn,
                "IsLatestVersion": Some(&version.id) == newest.as_ref(),
                "CreatedAt": time(version.created),
                "ModifiedAt": time(version.created),
                "DefinitionS3Location": version.settings["DefinitionS3Location"],
                "ScheduleConfiguration": version.schedule(),
                "TriggerMode": version.mode(),
            }))
        };
        Ok(workflow.versions.iter().rev().map(row).collect())
    })?;
    page(body, "WorkflowVersions", rows)
}
