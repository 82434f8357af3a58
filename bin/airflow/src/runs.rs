//! `airflow runs`: the newest runs of the DAG, and the tasks of one.

use crate::dag_run::{Run, Task, took};
use crate::show::{Format, show};
use crate::source::Source;
use crate::state::State;
use crate::trigger::dag_id;
use chrono::{DateTime, FixedOffset, NaiveTime, SecondsFormat, TimeDelta, Utc};
use clap::Args;
use strata_aws::Error;
use strata_layer::Context;

/// What `airflow runs` can be told.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// How many runs, the newest first
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100), value_name = "N")]
    last: u16,
    /// The tasks of this run instead
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
    let source = &Source::new(cx, words.dag.as_ref(), false).await?;
    let dag = &dag_id(cx, words.dag.as_ref());
    if let Some(run) = &words.run {
        let tasks = source.tasks(dag, run).await?;
        if tasks.is_empty() {
            let error = Error::failed(format!("looking at run {run} of DAG {dag}"), "there is no such run");
            return Err(error.advise("see `airflow runs`"));
        }
        let rows: Vec<_> = tasks.iter().map(task).collect();
        return Ok(show(&["task", "state", "tries", "started", "took"], &rows, words.format));
    }
    let runs = source.runs(dag, words.last).await;
    let runs = runs.map_err(|error| match error.is(&["404"]) {
        true => error.advise("Airflow reads new DAG files within a minute; `airflow trigger` waits for that"),
        false => error,
    })?;
    if runs.is_empty() {
        cx.report.say(&format!("DAG {dag} has not run yet: `airflow trigger` starts it"));
    }
    if cx.doc.pipeline.is_serverless() {
        // In an environment the DAG's last task says it; a workflow runs no code of ours.
        let ready_by = &cx.doc.pipeline.airflow().ready_by;
        runs.iter().filter_map(|run| lateness(run, ready_by)).for_each(|late| cx.report.say(&late));
    }
    let rows: Vec<_> = runs.iter().map(row).collect();
    Ok(show(&["run", "day", "kind", "state", "started", "took"], &rows, words.format))
}

/// What to say of a run of the schedule that ended later than promised, or goes on although it is late. `ready_by` is a time of
/// day in UTC: the first one after the run's start.
fn lateness(run: &Run, ready_by: &str) -> Option<String> {
    let (start, clock) = (run.start?.to_utc(), NaiveTime::parse_from_str(ready_by, "%H:%M").ok()?);
    let same_day = start.date_naive().and_time(clock).and_utc();
    let due = if same_day > start { same_day } else { same_day + TimeDelta::days(1) };
    let end = run.end.map_or_else(Utc::now, |end| end.to_utc());
    if run.kind != "scheduled" || end <= due {
        return None;
    }
    let how = if run.end.is_some() { "ended" } else { "has not ended, and is" };
    let late = took(Some(due.fixed_offset()), Some(end.fixed_offset()));
    Some(format!("run {} of {} {how} {late} later than promised ({ready_by} UTC)", run.id, run.day))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: &str, start: &str, end: &str) -> Run {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).ok();
        let (id, state, day) = ("r".to_owned(), State::Success, "2024-09-15".to_owned());
        Run { id, state, kind: kind.to_owned(), day, start: time(start), end: time(end), error: None }
    }

    #[test]
    fn a_scheduled_run_that_ends_too_late_is_told() {
        let late = run("scheduled", "2024-09-15T07:00:05Z", "2024-09-15T08:02:00Z");
        let said = lateness(&late, "08:00").unwrap_or_default();
        assert_eq!(said, "run r of 2024-09-15 ended 2 min 0 s later than promised (08:00 UTC)");
        assert_eq!(lateness(&late, "08:03"), None);
        // The first eight o'clock after ten past nine is the next day's.
        assert_eq!(lateness(&run("scheduled", "2024-09-15T09:10:00Z", "2024-09-15T11:00:00Z"), "08:00"), None);
        assert_eq!(lateness(&run("manual", "2024-09-15T07:00:05Z", "2024-09-15T08:02:00Z"), "08:00"), None);
    }
}
