//! Runs of a workflow: started, stopped, shown. The work itself is in `drive.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use strata_local_wire::{Answer, AwsError};
use tokio::sync::watch;

use crate::arn::log_group;
use crate::drive;
use crate::failure::{conflict, invalid, missing, quota};
use crate::members::{compact, text, time};
use crate::page::page;
use crate::run::Run;
use crate::store::MwaaServerless;
use crate::work::Work;
use crate::workflow::Workflow;

/// How many runs of a workflow may be under way.
const MOST: usize = 20;

/// The letters of a run's id.
const ID: usize = 15;

/// `StartWorkflowRun`.
pub(crate) fn start(all: &Arc<MwaaServerless>, region: &str, body: &Value) -> Answer {
    if let Some(answer) = all.with(|store| store.again(region, "StartWorkflowRun", body))? {
        return Ok(answer);
    }
    let (arn, version) = (text(body, "WorkflowArn"), body["WorkflowVersion"].as_str());
    let answer = begin(all, region, arn, version, "ON_DEMAND", &body["OverrideParameters"], Utc::now())?;
    all.with(|store| store.remember(region, "StartWorkflowRun", body, &answer));
    Ok(answer)
}

/// Starts a run; `date` is its logical date.
pub(crate) fn begin(
    all: &Arc<MwaaServerless>,
    region: &str,
    arn: &str,
    version: Option<&str>,
    kind: &'static str,
    overrides: &Value,
    date: DateTime<Utc>,
) -> Answer {
    let (switch, stopped) = watch::channel(false);
    let id: String = uuid::Uuid::new_v4().simple().to_string().chars().take(ID).collect();
    let now = Utc::now();
    let work = all.workflow(region, arn, |workflow: &mut Workflow| {
        workflow.ready()?;
        let version = workflow.version(version)?;
        if version.mode() == "DISABLED" {
            return Err(conflict("Workflow", arn, "The trigger mode of the workflow is DISABLED: it cannot run"));
        }
        if workflow.runs.iter().filter(|run| run.is_active()).count() >= MOST {
            return Err(quota("WorkflowRun", arn, format!("{MOST} runs of the workflow are under way")));
        }
        let work = Work {
            region: region.to_owned(),
            arn: arn.to_owned(),
            run: id.clone(),
            definition: version.definition.clone(),
            role: text(&version.settings, "RoleArn").to_owned(),
            group: log_group(arn, &version.settings),
            overrides: overrides.as_object().cloned().unwrap_or_default(),
            date,
            execution: uuid::Uuid::new_v4().to_string(),
            stopped,
        };
        let version = version.id.clone();
        workflow.runs.push(Run {
            id: id.clone(),
            version,
            kind,
            overrides: overrides.clone(),
            state: "STARTING",
            times: (now, None, None),
            modified: now,
            error: None,
            instances: Vec::new(),
            returned: BTreeMap::new(),
            switch,
        });
        Ok(work)
    })?;
    tokio::spawn(drive::run(all.clone(), work));
    Ok(json!({ "RunId": id, "Status": "STARTING", "StartedAt": time(now) }))
}

/// `StopWorkflowRun`.
pub(crate) fn stop(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    one(all, region, body, |run, arn| {
        if !run.is_active() {
            return Err(invalid("other", format!("Run {} is {} already", run.id, run.state)));
        }
        run.stop();
        Ok(json!({ "WorkflowArn": arn, "WorkflowVersion": run.version, "RunId": run.id, "Status": run.state }))
    })
}

/// `GetWorkflowRun`.
pub(crate) fn get(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    one(all, region, body, |run, arn| {
        let (created, started, ended) = run.times;
        let instances: Vec<&str> = run.instances.iter().map(|one| one.id.as_str()).collect();
        let detail = compact(json!({
            "WorkflowArn": arn,
            "WorkflowVersion": run.version,
            "RunId": run.id,
            "RunType": run.kind,
            "StartedOn": started.map(time),
            "CreatedAt": time(created),
            "CompletedOn": ended.map(time),
            "ModifiedAt": time(run.modified),
            "Duration": run.seconds(),
            "ErrorMessage": run.error,
            "TaskInstances": instances,
            "RunState": run.state,
        }));
        Ok(compact(json!({
            "WorkflowArn": arn,
            "WorkflowVersion": run.version,
            "RunId": run.id,
            "RunType": run.kind,
            "OverrideParameters": run.overrides,
            "RunDetail": detail,
        })))
    })
}

/// `ListWorkflowRuns`: the newest first.
pub(crate) fn list(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    let wanted = body["WorkflowVersion"].as_str();
    let rows = all.workflow(region, text(body, "WorkflowArn"), |workflow| {
        let arn = &workflow.arn;
        let row = |run: &Run| {
            let (created, started, ended) = run.times;
            let detail = compact(json!({
                "Status": run.state,
                "CreatedOn": time(created),
                "StartedAt": started.map(time),
                "EndedAt": ended.map(time),
            }));
            json!({
                "RunId": run.id,
                "WorkflowArn": arn,
                "WorkflowVersion": run.version,
                "RunType": run.kind,
                "RunDetailSummary": detail,
            })
        };
        let runs = workflow.runs.iter().rev().filter(|run| wanted.is_none_or(|version| run.version == version));
        Ok(runs.map(row).collect())
    })?;
    page(body, "WorkflowRuns", rows)
}

/// Works on the run that a request names.
pub(crate) fn one(
    all: &MwaaServerless,
    region: &str,
    body: &Value,
    work: impl FnOnce(&mut Run, &str) -> Result<Value, AwsError>,
) -> Answer {
    let (arn, id) = (text(body, "WorkflowArn"), text(body, "RunId"));
    all.workflow(region, arn, |workflow| {
        let run = workflow.runs.iter_mut().find(|run| run.id == id);
        work(run.ok_or_else(|| missing("WorkflowRun", id))?, arn)
    })
}
