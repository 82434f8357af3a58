//! Jobs: what they are told. What they do is in `job_work`.

use crate::store::{Glue, Place, Shelf};
use crate::{check, page::page, tag};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use strata_local_wire::{Answer, AwsError};

/// The fields of a job that a request sets.
const FIELDS: [&str; 22] = [
    "JobMode",
    "JobRunQueuingEnabled",
    "Description",
    "LogUri",
    "Role",
    "ExecutionProperty",
    "Command",
    "DefaultArguments",
    "NonOverridableArguments",
    "Connections",
    "MaxRetries",
    "AllocatedCapacity",
    "Timeout",
    "MaxCapacity",
    "SecurityConfiguration",
    "NotificationProperty",
    "GlueVersion",
    "NumberOfWorkers",
    "WorkerType",
    "ExecutionClass",
    "SourceControlDetails",
    "MaintenanceWindow",
];

const WORKERS: [&str; 13] =
    ["Standard", "G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X", "Z.2X"];

/// The version that AWS takes when a request names none.
const DEFAULT_VERSION: &str = "6.0";

/// A job.
#[derive(Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) wish: Map<String, Value>,
    created: Value,
    updated: Value,
}

impl Job {
    fn show(&self, name: &str) -> Value {
        let mut value = self.wish.clone();
        value.insert("Name".into(), name.into());
        value.insert("CreatedOn".into(), self.created.clone());
        value.insert("LastModifiedOn".into(), self.updated.clone());
        Value::Object(value)
    }
}

pub(crate) fn absent(name: &str) -> AwsError {
    check::missing(format!("Job with name: {name} not found."))
}

/// The fields of a request, checked and completed with AWS's defaults.
fn wish(body: &Value) -> Result<Map<String, Value>, AwsError> {
    check::text(body, "Role")?;
    let mut wish = Map::new();
    for field in FIELDS {
        if let Some(value) = body.get(field).filter(|value| !value.is_null()) {
            wish.insert(field.into(), value.clone());
        }
    }
    let command = body.get("Command").filter(|command| command.is_object());
    let command = command.ok_or_else(|| check::invalid("Job command must be specified"))?;
    let kind = command["Name"].as_str().unwrap_or_default().to_owned();
    if !["glueetl", "pythonshell", "gluestreaming", "glueray"].contains(&kind.as_str()) {
        return Err(check::invalid(format!("Job command name {kind} is not supported")));
    }
    if command["ScriptLocation"].as_str().is_none_or(|place| !place.starts_with("s3://")) {
        return Err(check::invalid("Script location must be an S3 path: s3://bucket/key"));
    }
    check_python(command, &kind)?;
    check_version(body)?;
    check::at_least(body, "Timeout", 1)?;
    check::at_least(body, "MaxRetries", 0)?;
    check::one_of(body, "ExecutionClass", &["FLEX", "STANDARD"])?;
    check::one_of(body, "WorkerType", &WORKERS)?;
    check_capacity(body, &kind)?;
    if body["ExecutionProperty"]["MaxConcurrentRuns"].as_i64().is_some_and(|runs| runs < 1) {
        return Err(check::invalid("Max concurrent runs must be at least 1"));
    }
    if body["ExecutionClass"] == "FLEX" && kind != "glueetl" {
        return Err(check::invalid(format!("Execution class FLEX is not supported for job command {kind}")));
    }
    complete(&mut wish, &kind);
    Ok(wish)
}

fn check_python(command: &Value, kind: &str) -> Result<(), AwsError> {
    let Some(version) = command["PythonVersion"].as_str() else { return Ok(()) };
    match version {
        "2" | "3" => Ok(()),
        "3.9" if kind == "pythonshell" => Ok(()),
        "3.9" => Err(check::invalid(format!("Python version {version} is not supported for Job Command {kind}"))),
        _ => Err(AwsError::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{version}' at 'command.pythonVersion' failed to satisfy \
                 constraint: Member must satisfy regular expression pattern: ([2-3]|3[.]9)"
            ),
        )),
    }
}

fn check_version(body: &Value) -> Result<(), AwsError> {
    let Some(version) = body["GlueVersion"].as_str() else { return Ok(()) };
    let known = ["0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0", "auto"];
    if known.contains(&version) {
        Ok(())
    } else {
        Err(check::invalid(format!("Glue version {version} is not supported")))
    }
}

fn check_capacity(body: &Value, kind: &str) -> Result<(), AwsError> {
    let capacity = body["MaxCapacity"].as_f64();
    let worker = body["WorkerType"].as_str();
    let workers = body["NumberOfWorkers"].as_i64();
    if kind == "pythonshell" {
        if worker.is_some() || workers.is_some() {
            let version = body["Command"]["PythonVersion"].as_str().unwrap_or("3");
            return Err(check::invalid(format!(
                "Worker Type is not supported for Job Command pythonshell and Python Version {version}"
            )));
        }
        return match capacity {
            Some(dpu) if dpu != 0.0625 && dpu != 1.0 => Err(check::invalid(format!(
                "MaxCapacity for Job Command pythonshell must be either 0.0625 or 1.0, and is {dpu}"
            ))),
            _ => Ok(()),
        };
    }
    if capacity.is_some() && (worker.is_some() || workers.is_some()) {
        return Err(check::invalid("Please do not set Max Capacity if using Worker Type and Number of Workers."));
    }
    if worker.is_some() != workers.is_some() {
        return Err(check::invalid("Please set both Worker Type and Number of Workers."));
    }
    if workers.is_some_and(|workers| workers < 2) {
        return Err(check::invalid("Number of workers must be at least 2"));
    }
    if worker == Some("G.025X") && kind != "gluestreaming" {
        return Err(check::invalid(format!("Worker Type G.025X is not supported for Job Command {kind}")));
    }
    if capacity.is_some_and(|dpu| dpu < 2.0 || dpu.fract() != 0.0) {
        return Err(check::invalid("MaxCapacity for a Spark job must be a whole number of at least 2"));
    }
    Ok(())
}

fn complete(wish: &mut Map<String, Value>, kind: &str) {
    let spark = kind != "pythonshell";
    let version = wish.entry("GlueVersion").or_insert_with(|| if spark { DEFAULT_VERSION } else { "3.0" }.into());
    let major: f64 = version.as_str().and_then(|version| version.parse().ok()).unwrap_or(6.0);
    wish.entry("Timeout").or_insert_with(|| if spark && major >= 5.0 { 480 } else { 2880 }.into());
    wish.entry("MaxRetries").or_insert_with(|| 0.into());
    wish.entry("ExecutionProperty").or_insert_with(|| json!({ "MaxConcurrentRuns": 1 }));
    wish.entry("JobMode").or_insert_with(|| "SCRIPT".into());
    wish.entry("JobRunQueuingEnabled").or_insert_with(|| false.into());
    if spark {
        wish.entry("ExecutionClass").or_insert_with(|| "STANDARD".into());
    }
    let dpu =
        match (wish.get("WorkerType").and_then(Value::as_str), wish.get("NumberOfWorkers").and_then(Value::as_f64)) {
            (Some(kind), Some(count)) => count * dpu_of(kind),
            _ if spark => 10.0,
            _ => 0.0625,
        };
    let dpu = wish.entry("MaxCapacity").or_insert_with(|| dpu.into()).as_f64().unwrap_or(dpu);
    wish.insert("AllocatedCapacity".into(), (dpu as i64).into());
    if let Some(command) = wish.get_mut("Command").filter(|command| command["PythonVersion"].is_null()) {
        command["PythonVersion"] = "3".into();
    }
}

/// DPUs of one worker: the number in its name.
fn dpu_of(worker: &str) -> f64 {
    let number: String = worker.chars().filter(char::is_ascii_digit).collect();
    match worker {
        "Standard" => 1.0,
        "G.025X" => 0.25,
        _ => number.parse().unwrap_or(1.0),
    }
}

pub(crate) fn create(glue: &Glue, place: &Place, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    let wish = wish(body)?;
    glue.with(place, |shelf| {
        if shelf.jobs.contains_key(name) {
            return Err(AwsError::new("AlreadyExistsException", format!("Job with name: {name} already exists.")));
        }
        shelf.tags.insert(format!("job/{name}"), tag::map(&body["Tags"]));
        shelf.jobs.insert(name.to_owned(), Job { wish, created: check::now(), updated: check::now() });
        Ok(json!({ "Name": name }))
    })
}

/// UpdateJob: what the request leaves out goes back to the default.
pub(crate) fn update(glue: &Glue, place: &Place, body: &Value) -> Answer {
    let name = check::name(body, "JobName")?;
    if !body["JobUpdate"].is_object() {
        return Err(check::invalid("Job update must be specified"));
    }
    glue.with(place, |shelf| {
        let job = shelf.jobs.get_mut(name).ok_or_else(|| absent(name))?;
        job.wish = wish(&body["JobUpdate"])?;
        job.updated = check::now();
        Ok(json!({ "JobName": name }))
    })
}

/// DeleteJob: also when there is none. Runs that are under way go on, as at AWS, and end unseen.
pub(crate) fn delete(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "JobName")?;
    shelf.jobs.remove(name);
    shelf.tags.remove(&format!("job/{name}"));
    Ok(json!({ "JobName": name }))
}

pub(crate) fn get(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "JobName")?;
    shelf.jobs.get(name).map(|job| json!({ "Job": job.show(name) })).ok_or_else(|| absent(name))
}

pub(crate) fn get_all(shelf: &mut Shelf, body: &Value) -> Answer {
    page(body, "Jobs", shelf.jobs.iter().map(|(name, job)| job.show(name)).collect())
}

pub(crate) fn batch_get(shelf: &mut Shelf, body: &Value) -> Answer {
    let names = body["JobNames"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let (found, missing): (Vec<_>, Vec<_>) = names.partition(|name| shelf.jobs.contains_key(*name));
    let shown: Vec<Value> = found.iter().map(|name| shelf.jobs[*name].show(name)).collect();
    Ok(json!({ "Jobs": shown, "JobsNotFound": missing }))
}

pub(crate) fn list(shelf: &mut Shelf, body: &Value) -> Answer {
    let wanted = |name: &&String| tag::matches(shelf, &format!("job/{name}"), &body["Tags"]);
    page(body, "JobNames", shelf.jobs.keys().filter(wanted).cloned().collect())
}
