//! The work of a job run: a child process that runs the transform, with a deadline and a switch.

use crate::store::{Glue, PRINCIPAL, Place};
use crate::{check, job_run, log};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use strata_local_engine_script::{self as script, Script};
use strata_local_engine_transform as engine;
use strata_local_logs::Stream;
use strata_local_wire::Caller;
use tokio::sync::watch;

/// What a run needs to know.
pub(crate) struct Work {
    job: String,
    id: String,
    region: String,
    /// `pythonshell`, `glueetl`.
    command: String,
    script: String,
    arguments: BTreeMap<String, String>,
    logs: String,
    /// Where a Spark job of an older Glue logs as it goes, if it does.
    continuous: Option<String>,
    timeout: Duration,
    dpu: f64,
    role: String,
}

/// How a run ended.
struct End {
    state: &'static str,
    error: Option<String>,
    output: Vec<String>,
}

impl End {
    fn failed(error: String) -> Self {
        Self { state: "FAILED", error: Some(error), output: Vec::new() }
    }
}

impl Work {
    pub(crate) fn new(
        job: &str,
        id: &str,
        region: &str,
        wish: &Map<String, Value>,
        run: &Map<String, Value>,
        body: &Value,
    ) -> Self {
        let arguments = log::arguments(wish, body);
        let minutes = run.get("Timeout").and_then(Value::as_u64).unwrap_or(2880);
        Self {
            job: job.to_owned(),
            id: id.to_owned(),
            region: region.to_owned(),
            command: wish["Command"]["Name"].as_str().unwrap_or_default().to_owned(),
            script: wish["Command"]["ScriptLocation"].as_str().unwrap_or_default().to_owned(),
            continuous: log::continuous(wish, &arguments),
            arguments,
            logs: run.get("LogGroupName").and_then(Value::as_str).unwrap_or_default().to_owned(),
            timeout: Duration::from_secs(minutes * 60),
            dpu: run.get("MaxCapacity").and_then(Value::as_f64).unwrap_or(1.0),
            role: wish["Role"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// In whose name it works.
    fn caller(&self) -> Caller {
        Caller::role(PRINCIPAL, &self.role)
    }

    /// The script of a person's own.
    fn own<'a>(&'a self, bucket: &'a str, key: &'a str) -> Script<'a> {
        Script {
            job: &self.job,
            run: &self.id,
            place: (bucket, key),
            command: &self.command,
            arguments: &self.arguments,
            region: &self.region,
            role: &self.role,
            principal: PRINCIPAL,
            logs: &self.logs,
            continuous: self.continuous.as_deref(),
        }
    }
}

/// Run to the end, whatever it is, and write it down.
pub(crate) async fn run(glue: Arc<Glue>, place: Place, work: Work, mut stopped: watch::Receiver<bool>) {
    let started = Instant::now();
    let steps = async {
        tokio::time::sleep(glue.cloud.pace).await;
        glue.with(&place, |shelf| {
            if let Some(run) = job_run::find(shelf, &work.job, &work.id).filter(|run| run.state == "STARTING") {
                run.state = "RUNNING";
                run.value.insert("LastModifiedOn".into(), check::now());
            }
        });
        let end = execute(&glue, &work).await;
        tokio::time::sleep(glue.cloud.pace).await;
        end
    };
    let end = tokio::select! {
        end = steps => end,
        // Dropping `steps` kills the child.
        stop = stopped.changed() => match stop {
            Ok(()) => End { state: "STOPPED", error: None, output: Vec::new() },
            // The switch is gone, so the run is: the endpoint was reset.
            Err(_) => return,
        },
        () = tokio::time::sleep(work.timeout) => End {
            state: "TIMEOUT",
            error: Some(format!("Job run exceeded its timeout of {} minutes", work.timeout.as_secs() / 60)),
            output: Vec::new(),
        },
    };
    let errors: Vec<String> = end.error.iter().cloned().collect();
    let continuous = work.continuous.clone().map(|group| (group, format!("{}-driver", work.id), &end.output));
    let logs = [
        Some((format!("{}/output", work.logs), work.id.clone(), &end.output)),
        continuous,
        Some((format!("{}/error", work.logs), work.id.clone(), &errors)),
    ];
    for (group, stream, lines) in logs.into_iter().flatten() {
        Stream::open(&glue.cloud, work.caller(), &work.region, &group, &stream).await.write(lines).await;
    }
    let seconds = started.elapsed().as_secs_f64();
    glue.with(&place, |shelf| {
        let Some(run) = job_run::find(shelf, &work.job, &work.id) else { return };
        run.value.insert("CompletedOn".into(), check::now());
        run.value.insert("LastModifiedOn".into(), check::now());
        run.value.insert("ExecutionTime".into(), (seconds.ceil() as i64).into());
        run.value.insert("DPUSeconds".into(), ((seconds * work.dpu * 1e6).round() / 1e6).into());
        if let Some(error) = end.error {
            run.value.insert("ErrorMessage".into(), error.into());
        }
        run.switch = None;
        run.state = end.state;
    });
}

fn split(url: &str) -> Option<(&str, &str)> {
    url.strip_prefix("s3://")?.split_once('/')
}

async fn execute(glue: &Glue, work: &Work) -> End {
    let Some((bucket, key)) = split(&work.script) else {
        return End::failed(format!("Script location {} is not an S3 path", work.script));
    };
    let found = glue.cloud.s3.has(bucket, key, None);
    if !found {
        return End::failed(format!(
            "LAUNCH ERROR | Script could not be downloaded from {}: An error occurred (404) when calling the HeadObject operation: Not Found",
            work.script
        ));
    }
    let specs = match work.arguments.get("--spec") {
        // With a program to fetch, the script is to do what it does in AWS.
        Some(specs)
            if strata_state::spec::SCRIPT_KEYS.iter().any(|script| key.ends_with(script))
                && !work.arguments.contains_key("--program") =>
        {
            specs.clone()
        }
        _ => {
            return match script::run(&glue.cloud, &glue.python, &work.own(bucket, key)).await {
                Ok(()) => End { state: "SUCCEEDED", error: None, output: Vec::new() },
                Err(error) => End::failed(error),
            };
        }
    };
    let (date, memory) = (work.arguments.get("--date").cloned(), work.arguments.get("--memory").cloned());
    let job = engine::Job { objects: glue.cloud.objects_url.clone(), specs, date, memory };
    let engine::Done { result, lines } = engine::run(&job).await;
    match result {
        Ok(()) => End { state: "SUCCEEDED", error: None, output: lines },
        Err(error) => End { state: "FAILED", error: Some(error), output: lines },
    }
}
