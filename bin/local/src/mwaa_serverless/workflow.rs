//! `CreateWorkflow` and `UpdateWorkflow`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::failure::{conflict, missing};
use super::run::Run;
use super::version::Version;
use super::{compact, text, time};
use crate::call::{Answer, AwsError};
use crate::upstream::ACCOUNT;
use crate::world::World;

/// A workflow.
pub(super) struct Workflow {
    /// Its ARN, which ends in ten characters that nobody can derive.
    pub arn: String,
    /// Its name in the account.
    pub name: String,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// The newest last; there is at least one.
    pub versions: Vec<Version>,
    /// Its tags.
    pub tags: Map<String, Value>,
    /// Its runs, the newest last.
    pub runs: Vec<Run>,
    /// When its schedule starts the next run.
    pub due: Option<DateTime<Utc>>,
}

impl Workflow {
    /// The version of that id, or the newest.
    pub(super) fn version(&self, id: Option<&str>) -> Result<&Version, AwsError> {
        let found = match id {
            Some(id) => self.versions.iter().find(|version| version.id == id),
            None => self.versions.last(),
        };
        found.ok_or_else(|| missing("WorkflowVersion", id.unwrap_or_default()))
    }

    /// `READY` or `DELETING`.
    pub(super) fn status(&self) -> &'static str {
        if self.deleting { "DELETING" } else { "READY" }
    }

    /// Refuses to work on one that is going.
    pub(super) fn ready(&self) -> Result<(), AwsError> {
        if self.deleting { Err(conflict("Workflow", &self.arn, "The workflow is being deleted")) } else { Ok(()) }
    }
}

/// The log group of a workflow.
pub(super) fn log_group(arn: &str, settings: &Value) -> String {
    let named = settings["LoggingConfiguration"]["LogGroupName"].as_str();
    named.map_or_else(|| format!("/aws/mwaa-serverless/{}/", id(arn)), str::to_owned)
}

/// The part of the ARN that is the name and ten characters.
pub(super) fn id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// `CreateWorkflow`.
pub(super) async fn create(world: &Arc<World>, region: &str, body: &Value) -> Answer {
    let all = &world.mwaa_serverless;
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
    let version = Version::read(world, body, &Value::Null).await?;
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
        let made =
            world.upstream.json(region, "logs", "Logs_20140328.CreateLogGroup", json!({ "logGroupName": group })).await;
        if let Err(why) = made {
            tracing::warn!("log group {group}: {} {}", why.code, why.message);
        }
    }
    Ok(answer)
}

/// `UpdateWorkflow`: a new version; the schedules of the older ones end.
pub(super) async fn update(world: &Arc<World>, region: &str, body: &Value) -> Answer {
    let all = &world.mwaa_serverless;
    let arn = text(body, "WorkflowArn");
    let before = all.workflow(region, arn, |workflow| {
        workflow.ready()?;
        Ok(workflow.version(None)?.settings.clone())
    })?;
    let version = Version::read(world, body, &before).await?;
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
