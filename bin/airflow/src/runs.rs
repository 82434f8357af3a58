//! `airflow runs`: the newest runs of the DAG, and the tasks of one.

use crate::run::{Run, Task, took};
use crate::show::{Format, show};
use crate::state::State;
use crate::wished;
use chrono::{DateTime, FixedOffset, SecondsFormat};
use clap::Args;
use strata_aws::Error;
use strata_layer::Context;

/// The options of `airflow runs`.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// Number of runs, the newest first
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100), value_name = "N")]
    last: u16,
    /// List the tasks of this run instead
    #[arg(long, value_name = "ID", conflicts_with = "last")]
    run: Option<String>,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    format: Format,
    /// Another DAG than the pipeline's
    #[arg(long, value_name = "ID")]
    dag: Option<String>,
}

pub(crate) async fn runs(cx: &Context, words: &Words) -> Result<String, Error> {
    let orchestrator = wished::orchestrator(cx, words.dag.as_ref(), false)?;
    let dag = orchestrator.dag_id();
    if let Some(run) = &words.run {
        let tasks = orchestrator.tasks(run).await?;
        if tasks.is_empty() {
            let error = Error::failed(format!("looking at run {run} of DAG {dag}"), "there is no such run");
            return Err(error.advise("see `airflow runs`"));
        }
        let rows: Vec<_> = tasks.iter().map(task).collect();
        return Ok(show(&["task", "state", "tries", "started", "took"], &rows, words.format));
    }
    let runs = orchestrator.runs(words.last).await;
    let runs = runs.map_err(|error| match error.is(&["404"]) {
        true => error.advise("Airflow reads new DAG files within a minute; `airflow trigger` waits for that"),
        false => error,
    })?;
    if runs.is_empty() {
        cx.report.say(&format!("DAG {dag} has not run yet: `airflow trigger` starts it"));
    }
    runs.iter().filter_map(|run| orchestrator.lateness(run)).for_each(|late| cx.report.say(&late));
    let rows: Vec<_> = runs.iter().map(row).collect();
    Ok(show(&["run", "day", "kind", "state", "started", "took"], &rows, words.format))
}

fn row(run: &Run) -> Vec<String> {
    let (start, end) = (run.start, run.end);
    let cells = [&run.id, &run.day, &run.kind, run.state.as_str()];
    cells.into_iter().map(str::to_owned).chain([time(start), took(start, end)]).collect()
}

fn task(task: &Task) -> Vec<String> {
    let state = if task.state == State::Unseen { "waits" } else { task.state.as_str() };
    let (start, end) = (task.start, task.end);
    vec![task.id.clone(), state.to_owned(), task.tries.to_string(), time(start), took(start, end)]
}

fn time(time: Option<DateTime<FixedOffset>>) -> String {
    time.map(|time| time.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}
