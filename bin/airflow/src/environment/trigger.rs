//! Starting a run in an environment, whose DAG may not be read yet, and may be paused.
//!
//! A run gets an id of our own. After a lost answer the run of that id is looked for before it is asked for again, so that
//! one `trigger` never makes two runs.

use super::rest::{Request, Rest};
use super::runs;
use crate::run::{Dag, Run, about};
use chrono::{NaiveDate, Utc};
use serde_json::{Value, json};
use strata_aws::{Error, Exit, Pace, Poll, Waiting};
use strata_state::dag;

/// How long a DAG is waited for whose file Airflow has not read yet.
const READ: Pace = Pace::seconds(3, 10 * 60);
/// How long creating a run is tried.
const CREATE: Pace = Pace::seconds(2, 60);

/// The DAG, with the run that its schedule would start on unpausing it: no one asked for that run.
pub(super) async fn dag(rest: &Rest<'_>, id: &str) -> Result<Dag, Error> {
    let found = known(rest, id).await?;
    let due = found.due.filter(|_| found.is_paused);
    Ok(Dag { due, ..found })
}

/// Start a run for a day; its id. The first one takes the place of the one that is due.
pub(super) async fn start(rest: &Rest<'_>, id: &str, dag: &mut Dag, day: Option<NaiveDate>) -> Result<String, Error> {
    let asked = new(day);
    rest.cx.report.say(&format!("airflow: DAG {id}, run {asked}{}", about(day)));
    let run = create(rest, id, &asked, day, &mut dag.due).await?;
    if std::mem::take(&mut dag.is_paused) {
        unpause(rest, id).await?;
    }
    Ok(run.id)
}

/// An id that no other call has: the day for people, the rest for uniqueness.
fn new(day: Option<NaiveDate>) -> String {
    let unique: String = uuid::Uuid::new_v4().simple().to_string().chars().take(8).collect();
    let day = day.unwrap_or_else(|| Utc::now().date_naive());
    format!("strata-{day}-{unique}")
}

/// The DAG. Airflow may not have read its file yet, or may not be able to.
async fn known(rest: &Rest<'_>, id: &str) -> Result<Dag, Error> {
    let doing = format!("waiting until Airflow has read DAG {id}");
    let mut waiting = Waiting::new(&doing, READ, &rest.cx.cancel);
    let mut step = None;
    loop {
        let look = match runs::dag(rest, id).await {
            Ok(dag) => Ok(Poll::Ready(dag)),
            Err(error) if error.is(&["404"]) => match broken(rest, id).await? {
                Some(error) => Ok(Poll::Failed(error)),
                None => {
                    step.get_or_insert_with(|| rest.cx.report.step(format!("DAG {id}"), "Airflow has not read it yet"));
                    Ok(Poll::NotYet("Airflow knows no such DAG".into()))
                }
            },
            Err(error) => Err(error),
        };
        if let Some(dag) = waiting.after(look).await? {
            if let Some(step) = step {
                step.done("there");
            }
            return Ok(dag);
        }
    }
}

/// Why Airflow cannot read the DAG's file, if it says so: nothing would come of waiting.
async fn broken(rest: &Rest<'_>, id: &str) -> Result<Option<Error>, Error> {
    let doing = "looking at what Airflow could not import";
    let found = rest.ask(doing, &Request::get("/importErrors", json!({ "limit": 100 }))).await?;
    // Ours is one file. A user's own DAG may be in any of them.
    let is_ours = |error: &&Value| {
        let file = error["filename"].as_str().unwrap_or_default();
        id != dag::id(&rest.cx.doc.pipeline) || dag::MODULE_KEY.ends_with(file.rsplit('/').next().unwrap_or(file))
    };
    let mut errors = found["import_errors"].as_array().into_iter().flatten();
    Ok(errors.find(is_ours).map(|error| {
        let trace = error["stack_trace"].as_str().unwrap_or_default().trim_end();
        rest.cx.report.say(trace);
        let last = trace.lines().last().unwrap_or("Airflow gives no reason").trim();
        let file = error["filename"].as_str().unwrap_or_default();
        Error::failed(format!("reading DAG {id}: Airflow cannot import {file}"), last)
    }))
}

/// The run, if it is among the newest.
async fn among(rest: &Rest<'_>, dag: &str, id: &str) -> Result<Option<Run>, Error> {
    Ok(runs::runs(rest, dag, 100).await?.into_iter().find(|run| run.id == id))
}

/// Make the run. When the answer is lost it is looked for before it is asked for again.
async fn create(
    rest: &Rest<'_>,
    dag: &str,
    id: &str,
    day: Option<NaiveDate>,
    due: &mut Option<String>,
) -> Result<Run, Error> {
    let doing = format!("creating run {id} of DAG {dag}");
    let path = runs::path(dag, "/dagRuns")?;
    let mut waiting = Waiting::new(&doing, CREATE, &rest.cx.cancel);
    let mut asked = false;
    loop {
        let earlier = if std::mem::replace(&mut asked, true) { among(rest, dag, id).await? } else { None };
        let look = match earlier {
            Some(run) => Ok(Poll::Ready(run)),
            None => match rest.once(&doing, &Request::post(&path, body(rest, id, day, due.as_deref()))).await {
                Ok(made) => Ok(Poll::Ready(runs::run_of(&made))),
                // Either it is there after all, or the schedule's run is, which then need not be replaced.
                Err(error) if error.is(&["409"]) && due.take().is_some() => Err(Error { exit: Exit::Again, ..error }),
                Err(error) => Err(error),
            },
        };
        if let Some(run) = waiting.after(look).await? {
            if let Some(tick) = due.take() {
                let what = "which the schedule would start as soon as the DAG is not paused";
                rest.cx.report.say(&format!("airflow: this run counts as the scheduled run of {tick}, {what}"));
            }
            return Ok(run);
        }
    }
}

fn body(rest: &Rest<'_>, id: &str, day: Option<NaiveDate>, due: Option<&str>) -> Value {
    let mut body = json!({ "dag_run_id": id });
    if let Some(day) = day {
        body["conf"] = json!({ "date": day.to_string() });
    }
    if due.is_some() || rest.is_three() {
        // Airflow 3 wants the field, and takes null; Airflow 2 takes now where there is none.
        body["logical_date"] = json!(due);
    }
    body
}

async fn unpause(rest: &Rest<'_>, id: &str) -> Result<(), Error> {
    let path = runs::path(id, "")?;
    let doing = format!("unpausing DAG {id}");
    rest.ask(&doing, &Request::patch(&path, json!({ "is_paused": false }))).await?;
    rest.cx
        .report
        .say(&format!("airflow: DAG {id} was paused, as new DAGs are; it is unpaused now, and runs on its schedule"));
    Ok(())
}
