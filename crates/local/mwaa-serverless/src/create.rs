//! `CreateWorkflow` and `UpdateWorkflow`.

use std::sync::Arc;

use serde_json::{Value, json};
use strata_local_logs::create_group;
use strata_local_wire::signature::ACCOUNT;
use strata_local_wire::{Answer, Caller};

use crate::arn::log_group;
use crate::failure::conflict;
use crate::members::{compact, text, time};
use crate::store::MwaaServerless;
use crate::version::{PRINCIPAL, Version};
use crate::workflow::Workflow;

/// `CreateWorkflow`.
pub(crate) async fn workflow(all: &Arc<MwaaServerless>, region: &str, body: &Value) -> Answer {
    let name = text(body, "Name");
    if let Some(answer) = all.with(|store| store.again(region, "CreateWorkflow", body))? {
        return Ok(answer);
    }
    let taken =
        |found: &Workflow| conflict("Workflow", &found.arn, format!("Workflow with name {name} already exists"));
    all.with(|store| {
        let same = store.workflows.iter().find(|((place, _), found)| place == region && found.name == name);
        same.map_or(Ok(()), |(_, found)| Err(taken(found)))
    })?;
    let version = Version::read(&all.cloud, body, &Value::Null).await?;
    let suffix: String = uuid::Uuid::new_v4().simple().to_string().chars().take(10).collect();
    let arn = format!("arn:aws:airflow-serverless:{region}:{ACCOUNT}:workflow/{name}-{suffix}");
    let group = version.settings["LoggingConfiguration"].is_null().then(|| log_group(&arn, &version.settings));
    let answer = compact(json!({
        "WorkflowArn": arn,
        "CreatedAt": time(version.created),
        "RevisionId": uuid::Uuid::new_v4().to_string(),
        "WorkflowStatus": "READY",
        "WorkflowVersion": version.id,
        "IsLatestVersion": true,
        "Warnings": if version.definition.warnings.is_empty() { Value::Null } else { json!(version.definition.warnings) },
    }));
    let made = Workflow {
        arn: arn.clone(),
        name: name.to_owned(),
        deleting: false,
        created: version.created,
        due: None,
        versions: vec![version],
        tags: body["Tags"].as_object().cloned().unwrap_or_default(),
        runs: Vec::new(),
    };
    let earlier = all.with(|store| {
        // Another call may have come while the bucket and the role were read.
        if let Some(answer) = store.again(region, "CreateWorkflow", body)? {
            return Ok(Some(answer));
        }
        if let Some((_, found)) =
            store.workflows.iter().find(|((place, _), found)| place == region && found.name == name)
        {
            return Err(taken(found));
        }
        store.remember(region, "CreateWorkflow", body, &answer);
        store.workflows.insert((region.to_owned(), arn), made);
        Ok(None)
    })?;
    if let Some(answer) = earlier {
        return Ok(answer);
    }
    if let Some(group) = group {
        let caller = Caller::service(PRINCIPAL);
        if let Err(why) = create_group(&all.cloud, &caller, region, &group).await {
            tracing::warn!("log group {group}: {} {}", why.code, why.message);
        }
    }
    Ok(answer)
}

/// `UpdateWorkflow`: a new version; the schedules of the older ones end.
pub(crate) async fn version(all: &Arc<MwaaServerless>, region: &str, body: &Value) -> Answer {
    let arn = text(body, "WorkflowArn");
    let before = all.workflow(region, arn, |workflow| {
        workflow.ready()?;
        Ok(workflow.version(None)?.settings.clone())
    })?;
    let version = Version::read(&all.cloud, body, &before).await?;
    let warnings = &version.definition.warnings;
    let answer = compact(json!({
        "WorkflowArn": arn,
        "ModifiedAt": time(version.created),
        "WorkflowVersion": version.id,
        "Warnings": if warnings.is_empty() { Value::Null } else { json!(warnings) },
    }));
    all.workflow(region, arn, |workflow| {
        workflow.ready()?;
        workflow.versions.push(version);
        workflow.due = None;
        Ok(answer)
    })
}
