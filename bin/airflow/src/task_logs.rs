//! `airflow logs`: what a task printed.
//!
//! Airflow's REST API has logs only under a path that names DAG, run, task and try, and AWS takes paths of 64 characters.
//! Where it is too long for AWS the log is read where MWAA keeps it: in the log group of the environment's tasks.

use crate::dag_run::{Run, Task};
use crate::log_text;
use crate::rest::{LONGEST, Request, Rest};
use crate::source::Source;
use crate::state::State;
use crate::trigger::dag_id;
use aws_sdk_cloudwatchlogs::Client;
use clap::Args;
use serde_json::json;
use strata_aws::Error;
use strata_layer::{Context, log_stream};

/// What `airflow logs` can be told.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// The task; those that failed when none is named, or else those that run
    #[arg(value_name = "TASK")]
    task: Option<String>,
    /// The run; the newest when it is left out
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Which try of the task; the last one when it is left out
    #[arg(long = "try", value_name = "N", requires = "task", value_parser = clap::value_parser!(u64).range(1..))]
    tries: Option<u64>,
    /// How many lines from the end
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000), value_name = "N")]
    tail: u16,
    /// Another DAG than the pipeline's
    #[arg(long, value_name = "ID")]
    dag: Option<String>,
}

pub(crate) async fn logs(cx: &Context, words: &Words) -> Result<String, Error> {
    let source = &Source::new(cx, words.dag.as_ref(), false).await?;
    let dag = &dag_id(cx, words.dag.as_ref());
    let run = match &words.run {
        Some(run) => run.clone(),
        None => newest(source, dag).await?.id,
    };
    let tasks = source.tasks(dag, &run).await?;
    let chosen = choose(words.task.as_deref(), &tasks, dag, &run)?;
    let mut out = String::new();
    for task in &chosen {
        let tries = words.tries.unwrap_or(task.tries).max(1);
        let state = if task.state == State::Unseen { "not started" } else { task.state.as_str() };
        cx.report.say(&format!("task {}, run {run}, try {tries}: {state}", task.id));
        let lines = source.log(dag, &run, &task.id, tries, words.tail).await?;
        if lines.is_empty() {
            cx.report.say("it has printed nothing yet");
        }
        out.extend(lines.into_iter().map(|line| line + "\n"));
    }
    Ok(out)
}

async fn newest(source: &Source<'_>, dag: &str) -> Result<Run, Error> {
    let newest = source.runs(dag, 1).await?.into_iter().next();
    let none = || Error::failed(format!("looking for a run of DAG {dag}"), "it has not run yet");
    newest.ok_or_else(|| none().advise("start one with `airflow trigger`"))
}

fn choose<'a>(named: Option<&str>, tasks: &'a [Task], dag: &str, run: &str) -> Result<Vec<&'a Task>, Error> {
    let with = |state: State| -> Vec<&Task> { tasks.iter().filter(|task| task.state == state).collect() };
    let chosen = match named {
        Some(name) => tasks.iter().filter(|task| task.id == name).collect(),
        None => [State::Failed, State::Timeout, State::UpForRetry, State::Running]
            .into_iter()
            .map(with)
            .find(|all| !all.is_empty())
            .unwrap_or_default(),
    };
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let doing = format!("looking for the log of run {run} of DAG {dag}");
    let known: Vec<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
    if known.is_empty() {
        return Err(Error::usage(doing, "there is no such run, or it has no tasks").advise("see `airflow runs`"));
    }
    let wrong = named.map_or("no task failed, and none runs: name one".into(), |name| format!("it has no task {name}"));
    Err(Error::usage(doing, wrong).advise(format!("there are {}", known.join(", "))))
}

/// The last `most` lines of one try of a task.
pub(crate) async fn read(
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
