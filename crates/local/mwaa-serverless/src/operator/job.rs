//! `GlueJobOperator`: starts a run of a job and waits until it has ended.

use serde_json::{Value, json};

use super::{Attempt, Failure};
use strata_local_wire::AwsError;

/// Runs a job. The answer is the run's id.
pub(crate) async fn run(attempt: &Attempt<'_>) -> Result<String, Failure> {
    let name = attempt.text("job_name");
    let call =
        async |operation: &str, body: &Value| attempt.client.json("glue", &format!("AWSGlue.{operation}"), body).await;
    let waits = attempt.flag("wait_for_completion", true);
    attempt.log.info(&format!("Initializing AWS Glue Job: {name}. Wait for completion: {waits}")).await;
    match call("GetJob", &json!({ "JobName": name })).await {
        Ok(_) => {}
        Err(why) if why.code == "EntityNotFoundException" => {
            let why = format!("{} (the operator would make the job; the local endpoint does not)", why.message);
            return Err(Failure::of("ClientError", why));
        }
        Err(why) => return Err(why.into()),
    }
    let id = start(attempt, name).await?;
    attempt.log.info(&format!("AWS Glue Job: {name}. Run Id: {id}")).await;
    if !waits {
        return Ok(id);
    }
    loop {
        // A run takes minutes in AWS and moments here: `job_poll_interval` would be most of it.
        tokio::time::sleep(attempt.all.cloud.pace).await;
        let found = call("GetJobRun", &json!({ "JobName": name, "RunId": id })).await?;
        let found = &found["JobRun"];
        let state = found["JobRunState"].as_str().unwrap_or_default();
        let ended = ["SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT"].contains(&state);
        if ended && attempt.flag("verbose", false) {
            job_log(attempt, found, &id).await;
        }
        let said = format!("Exiting Job {id} Run State: {state}");
        match state {
            "SUCCEEDED" | "STOPPED" => {
                attempt.log.info(&said).await;
                return Ok(id);
            }
            "FAILED" | "TIMEOUT" => return Err(Failure::of("AirflowException", said)),
            _ => {}
        }
    }
}

/// Starts the run, and notes it even when no task waits for the answer any more: it may have to be stopped.
async fn start(attempt: &Attempt<'_>, name: &str) -> Result<String, Failure> {
    let mut body =
        attempt.arguments.get("run_job_kwargs").filter(|more| more.is_object()).cloned().unwrap_or(json!({}));
    body["JobName"] = json!(name);
    body["Arguments"] =
        attempt.arguments.get("script_args").filter(|more| more.is_object()).cloned().unwrap_or(json!({}));
    let client = attempt.client.clone();
    let mut noted = attempt.job.clone().lock_owned().await;
    let started = tokio::spawn(async move {
        let id = client.json("glue", "AWSGlue.StartJobRun", &body).await?["JobRunId"].as_str().map(str::to_owned);
        noted.clone_from(&id);
        Ok::<_, AwsError>(id.unwrap_or_default())
    });
    started.await.map_err(|why| Failure::of("RuntimeError", why.to_string()))?.map_err(Failure::from)
}

/// What the run has written, into the task's log.
async fn job_log(attempt: &Attempt<'_>, run: &Value, id: &str) {
    let group = run["LogGroupName"].as_str().unwrap_or("/aws-glue/jobs");
    for kind in ["output", "error"] {
        let body = json!({ "logGroupName": format!("{group}/{kind}"), "logStreamNames": [id] });
        let found = attempt.client.json("logs", "Logs_20140328.FilterLogEvents", &body).await.unwrap_or_default();
        for event in found["events"].as_array().into_iter().flatten() {
            attempt
                .log
                .info(&format!("Glue Job Run {group}/{kind} Logs: {}", event["message"].as_str().unwrap_or_default()))
                .await;
        }
    }
}
