//! Runs of a workflow: started, stopped, shown. The work itself is in `drive.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::failure::{conflict, invalid, missing, quota};
use super::page::page;
use super::task_instance::Instance;
use super::workflow::{Workflow, id as workflow_id, log_group};
use super::{MwaaServerless, compact, drive, text, time};
use crate::call::{Answer, AwsError};
use crate::world::World;

/// How many runs of a workflow may be under way.
const MOST: usize = 20;

/// The letters of a run's id.
const ID: usize = 15;

/// One run.
pub(super) struct Run {
    /// 15 letters and digits.
    pub id: String,
    /// The version of the workflow.
    pub version: String,
    /// `ON_DEMAND` or `SCHEDULED`.
    pub kind: &'static str,
    /// What the caller sets instead of the definition's parameters.
    pub overrides: Value,
    /// `STARTING`, `QUEUED`, `RUNNING`, `SUCCESS`, `FAILED`, `STOPPING`, `STOPPED`.
    pub state: &'static str,
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
    switch: watch::Sender<bool>,
}

impl Run {
    /// Whether it has not ended.
    pub(super) fn is_active(&self) -> bool {
        self.times.2.is_none()
    }

    /// Asks it to end.
    pub(super) fn stop(&mut self) {
        if self.is_active() {
            self.state = "STOPPING";
            self.modified = Utc::now();
            self.switch.send_replace(true);
        }
    }

    /// Takes it on to another state, unless it is being stopped.
    pub(super) fn go(&mut self, state: &'static str) {
        if self.state != "STOPPING" {
            self.state = state;
            self.modified = Utc::now();
        }
    }

    fn seconds(&self) -> Option<i64> {
        let from = self.times.1.unwrap_or(self.times.0);
        self.times.2.map(|end| (end - from).num_seconds())
    }
}

/// `StartWorkflowRun`.
pub(super) fn start(world: &Arc<World>, region: &str, body: &Value) -> Answer {
    let all = &world.mwaa_serverless;
    if let Some(answer) = all.with(|store| store.again(region, "StartWorkflowRun", body))? {
        return Ok(answer);
    }
    let (arn, version) = (text(body, "WorkflowArn"), body["WorkflowVersion"].as_str());
    let answer = begin(world, region, arn, version, "ON_DEMAND", &body["OverrideParameters"], Utc::now())?;
    all.with(|store| store.remember(region, "StartWorkflowRun", body, &answer));
    Ok(answer)
}

/// Starts a run; `date` is its logical date.
pub(super) fn begin(
    world: &Arc<World>,
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
    let work = world.mwaa_serverless.workflow(region, arn, |workflow: &mut Workflow| {
        workflow.ready()?;
        let version = workflow.version(version)?;
        if version.mode() == "DISABLED" {
            return Err(conflict("Workflow", arn, "The trigger mode of the workflow is DISABLED: it cannot run"));
        }
        if workflow.runs.iter().filter(|run| run.is_active()).count() >= MOST {
            return Err(quota("WorkflowRun", arn, format!("{MOST} runs of the workflow are under way")));
        }
        let work = drive::Work {
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
    tokio::spawn(drive::run(world.clone(), work));
    Ok(json!({ "RunId": id, "Status": "STARTING", "StartedAt": time(now) }))
}

/// `StopWorkflowRun`.
pub(super) fn stop(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    one(all, region, body, |run, arn| {
        if !run.is_active() {
            return Err(invalid("other", format!("Run {} is {} already", run.id, run.state)));
        }
        run.stop();
        Ok(json!({ "WorkflowArn": arn, "WorkflowVersion": run.version, "RunId": run.id, "Status": run.state }))
    })
}

/// `GetWorkflowRun`.
pub(super) fn get(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
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
pub(super) fn list(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
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
pub(super) fn one(
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

/// The log stream of a try.
pub(super) fn stream(arn: &str, run: &str, task: &str, attempt: u64) -> String {
    format!("workflow_id={}/run_id={run}/task_id={task}/attempt={attempt}.log", workflow_id(arn))
}
