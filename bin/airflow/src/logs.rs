//! `airflow logs`: what a task printed.

use crate::orchestrator::Orchestrator;
use crate::run::{Run, Task};
use crate::state::State;
use crate::wished;
use clap::Args;
use strata_aws::Error;
use strata_layer::Context;

/// The options of `airflow logs`.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// The task; by default those that failed, or else those that are running
    #[arg(value_name = "TASK")]
    task: Option<String>,
    /// The run; the newest by default
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Which try of the task; the last one by default
    #[arg(long = "try", value_name = "N", requires = "task", value_parser = clap::value_parser!(u64).range(1..))]
    tries: Option<u64>,
    /// Number of lines from the end
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000), value_name = "N")]
    tail: u16,
    /// Another DAG than the pipeline's
    #[arg(long, value_name = "ID")]
    dag: Option<String>,
}

pub(crate) async fn logs(cx: &Context, words: &Words) -> Result<String, Error> {
    let orchestrator = wished::orchestrator(cx, words.dag.as_ref(), false)?;
    let run = match &words.run {
        Some(run) => run.clone(),
        None => newest(&*orchestrator).await?.id,
    };
    let tasks = orchestrator.tasks(&run).await?;
    let chosen = choose(words.task.as_deref(), &tasks, orchestrator.dag_id(), &run)?;
    let mut out = String::new();
    for task in &chosen {
        let tries = words.tries.unwrap_or(task.tries).max(1);
        let state = if task.state == State::Unseen { "not started" } else { task.state.as_str() };
        cx.report.say(&format!("task {}, run {run}, try {tries}: {state}", task.id));
        let lines = orchestrator.log(&run, &task.id, tries, words.tail).await?;
        if lines.is_empty() {
            cx.report.say("it has printed nothing yet");
        }
        out.extend(lines.into_iter().map(|line| line + "\n"));
    }
    Ok(out)
}

async fn newest(orchestrator: &dyn Orchestrator) -> Result<Run, Error> {
    let newest = orchestrator.runs(1).await?.into_iter().next();
    let none = || Error::failed(format!("looking for a run of DAG {}", orchestrator.dag_id()), "it has not run yet");
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
    let wrong =
        named.map_or("no task failed, and none is running: name one".into(), |name| format!("it has no task {name}"));
    Err(Error::usage(doing, wrong).advise(format!("there are {}", known.join(", "))))
}
