//! The log of a task, through Airflow's REST API or, where that takes too long a path, from CloudWatch.
//!
//! Airflow's REST API has logs only under a path that names DAG, run, task and try, and AWS takes paths of 64 characters.
//! Where it is too long for AWS the log is read where MWAA keeps it: in the log group of the environment's tasks.

use super::rest::{LONGEST, Request, Rest};
use crate::log_text;
use aws_sdk_cloudwatchlogs::Client;
use serde_json::json;
use strata_aws::Error;
use strata_layer::log_stream;

/// The last `most` lines of one try of a task.
pub(super) async fn read(
    rest: &Rest<'_>,
    dag: &str,
    run: &str,
    task: &str,
    tries: u64,
    most: u16,
) -> Result<Vec<String>, Error> {
    let path = format!("/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{tries}");
    let mut lines = if path.len() <= LONGEST {
        let doing = format!("reading the log of task {task}, try {tries}, of run {run}");
        log_text::lines(&rest.ask(&doing, &Request::get(&path, json!({ "full_content": true }))).await?)
    } else {
        from_group(rest, &format!("dag_id={dag}/run_id={run}/task_id={task}/attempt={tries}.log"), most).await?
    };
    let first = lines.len().saturating_sub(usize::from(most));
    Ok(lines.drain(first..).collect())
}

/// The streams of a try: the worker's, and one more for each time that it waited without one (`.trigger.`).
async fn from_group(rest: &Rest<'_>, name: &str, most: u16) -> Result<Vec<String>, Error> {
    let logs = Client::new(&rest.cx.session.sdk);
    let group = format!("airflow-{}-Task", rest.environment);
    // CloudWatch takes no colon in the name of a stream, and Airflow writes another sign.
    let name = name.replace(':', "_");
    let mut lines: Vec<(i64, String)> = Vec::new();
    for stream in log_stream::names(&logs, &group, &name).await? {
        lines.extend(log_stream::tail(&logs, &group, &stream, most).await?);
    }
    lines.sort_by_key(|(time, _)| *time);
    Ok(lines.iter().flat_map(|(_, message)| log_text::message(message)).collect())
}
