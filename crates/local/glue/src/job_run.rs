//! Job runs: their list and their states. The work itself is in `job_work`.

use crate::store::{Glue, Place, Shelf};
use crate::{check, job, job_work, log, page::page};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use strata_local_cloud::{Word, word};
use strata_local_wire::{Answer, AwsError};
use tokio::sync::watch;

/// One run of a job.
#[derive(Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) id: String,
    #[serde(deserialize_with = "word")]
    pub(crate) state: Word,
    pub(crate) value: Map<String, Value>,
    /// Stops the run when it says true or is dropped.
    #[serde(skip)]
    pub(crate) switch: Option<watch::Sender<bool>>,
}

impl Run {
    pub(crate) fn active(&self) -> bool {
        matches!(self.state, "STARTING" | "RUNNING" | "STOPPING" | "WAITING")
    }

    fn show(&self) -> Value {
        let mut value = self.value.clone();
        value.insert("Id".into(), self.id.as_str().into());
        value.insert("JobRunState".into(), self.state.into());
        if self.state == "RUNNING" {
            let started = value.get("StartedOn").and_then(Value::as_f64).unwrap_or_default();
            let now = check::now().as_f64().unwrap_or_default();
            value.insert("ExecutionTime".into(), ((now - started) as i64).into());
        }
        Value::Object(value)
    }
}

/// Find a run on the shelf.
pub(crate) fn find<'a>(shelf: &'a mut Shelf, job: &str, id: &str) -> Option<&'a mut Run> {
    shelf.runs.get_mut(job)?.iter_mut().find(|run| run.id == id)
}

fn new_id() -> String {
    format!("jr_{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

/// StartJobRun.
pub(crate) fn start(glue: &Arc<Glue>, place: &Place, body: &Value) -> Answer {
    let name = check::name(body, "JobName")?.to_owned();
    check::at_least(body, "Timeout", 1)?;
    let (switch, stopped) = watch::channel(false);
    let id = new_id();
    let work = glue.with(place, |shelf| {
        let missing = || check::missing("Failed to start job run due to missing metadata");
        let job = shelf.jobs.get(&name).ok_or_else(missing)?;
        let runs = shelf.runs.entry(name.clone()).or_default();
        let most = job.wish["ExecutionProperty"]["MaxConcurrentRuns"].as_u64().unwrap_or(1);
        if runs.iter().filter(|run| run.active()).count() as u64 >= most {
            let message = format!("Concurrent runs exceeded for {name}");
            return Err(AwsError::new("ConcurrentRunsExceededException", message));
        }
        let previous = body["JobRunId"].as_str();
        if previous.is_some_and(|id| !runs.iter().any(|run| run.id == id)) {
            return Err(check::missing("Job run to retry not found"));
        }
        let value = new_value(&name, &job.wish, body);
        let work = job_work::Work::new(&name, &id, &place.1, &job.wish, &value, body);
        runs.push(Run { id: id.clone(), state: "STARTING", value, switch: Some(switch) });
        Ok(work)
    })?;
    tokio::spawn(job_work::run(glue.clone(), place.clone(), work, stopped));
    Ok(json!({ "JobRunId": id }))
}

fn new_value(name: &str, job: &Map<String, Value>, body: &Value) -> Map<String, Value> {
    let mut value = Map::new();
    let mut put = |key: &str, new: Value| {
        if !new.is_null() {
            value.insert(key.to_owned(), new);
        }
    };
    put("JobName", name.into());
    put("Attempt", 0.into());
    put("StartedOn", check::now());
    put("LastModifiedOn", check::now());
    put("PredecessorRuns", json!([]));
    put("ExecutionTime", 0.into());
    put("LogGroupName", log::prefix(job, &log::arguments(job, body)).into());
    put("Arguments", body["Arguments"].clone());
    for key in ["Timeout", "MaxCapacity", "WorkerType", "NumberOfWorkers", "SecurityConfiguration", "ExecutionClass"] {
        let own = body[key].clone();
        put(key, if own.is_null() { job.get(key).cloned().unwrap_or_default() } else { own });
    }
    for key in ["GlueVersion", "AllocatedCapacity", "JobMode", "JobRunQueuingEnabled"] {
        put(key, job.get(key).cloned().unwrap_or_default());
    }
    put("PreviousRunId", body["JobRunId"].clone());
    value
}

fn check_job(shelf: &Shelf, name: &str) -> Result<(), AwsError> {
    if shelf.jobs.contains_key(name) { Ok(()) } else { Err(job::absent(name)) }
}

pub(crate) fn get(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "JobName")?;
    let id = check::text(body, "RunId")?;
    check_job(shelf, name)?;
    match find(shelf, name, id) {
        Some(run) => Ok(json!({ "JobRun": run.show() })),
        None => Err(check::missing(format!("Job Run with ID: {id} not found."))),
    }
}

/// GetJobRuns: the newest first.
pub(crate) fn get_all(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "JobName")?;
    check_job(shelf, name)?;
    let runs = shelf.runs.get(name).map(Vec::as_slice).unwrap_or_default();
    page(body, "JobRuns", runs.iter().rev().map(Run::show).collect())
}

pub(crate) fn batch_stop(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "JobName")?;
    let ids = body["JobRunIds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        let mut refuse = |code: &str, message: String| {
            let detail = json!({ "ErrorCode": code, "ErrorMessage": message });
            errors.push(json!({ "JobName": name, "JobRunId": id, "ErrorDetail": detail }));
        };
        match find(shelf, name, id) {
            None => refuse("EntityNotFoundException", format!("Job Run with ID: {id} not found.")),
            Some(run) if !run.active() => {
                refuse("IllegalJobStateException", format!("Job Run {id} is in terminal state {}", run.state));
            }
            Some(run) => {
                run.state = "STOPPING";
                // There is no receiver when the run has just ended on its own.
                let _ended = run.switch.take().map(|switch| switch.send(true));
                done.push(json!({ "JobName": name, "JobRunId": id }));
            }
        }
    }
    Ok(json!({ "SuccessfulSubmissions": done, "Errors": errors }))
}
