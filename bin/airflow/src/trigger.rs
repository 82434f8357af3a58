//! `airflow trigger`: one run of the DAG for a day, or one for each of several days.
//!
//! A run gets an id of our own. After a lost answer the run of that id is looked for before it is asked for again, so that
//! one `trigger` never makes two runs.

use crate::dag_run::{self, Dag, Run};
use crate::follow;
use crate::rest::{Request, Rest};
use crate::serverless::Workflow;
use crate::source::Source;
use crate::state::State;
use chrono::{Days, NaiveDate, Utc};
use clap::Args;
use serde_json::{Value, json};
use strata_aws::{Error, Exit, Pace, Poll, Waiting};
use strata_layer::Context;
use strata_state::dag;

/// What `airflow trigger` can be told.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// Wait until the run has ended; exit 1 when it failed
    #[arg(long)]
    wait: bool,
    /// The day to run; today (UTC) when it is left out
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["from", "to"])]
    date: Option<NaiveDate>,
    /// First of several days: one run each, one after the other
    #[arg(long, value_name = "YYYY-MM-DD", requires = "to")]
    from: Option<NaiveDate>,
    /// Last of several days
    #[arg(long, value_name = "YYYY-MM-DD", requires = "from")]
    to: Option<NaiveDate>,
    /// Another DAG than the pipeline's; it is told a day only where one is given
    #[arg(long, value_name = "ID")]
    dag: Option<String>,
}

/// Most days of one call: more is a slip of the pen.
const MOST: usize = 366;
/// How long a DAG is waited for whose file Airflow has not read yet.
const READ: Pace = Pace::seconds(3, 10 * 60);
/// How long creating a run is tried.
const CREATE: Pace = Pace::seconds(2, 60);

/// The id of the DAG that a verb is about.
pub(crate) fn dag_id(cx: &Context, named: Option<&String>) -> String {
    named.cloned().unwrap_or_else(|| dag::id(&cx.doc.pipeline))
}

pub(crate) async fn trigger(cx: &Context, words: &Words) -> Result<String, Error> {
    let id = &dag_id(cx, words.dag.as_ref());
    let days = days(words)?;
    let source = &Source::new(cx, words.dag.as_ref(), words.wait).await?;
    let mut starter = Starter::new(source, id).await?;
    let mut ended: Vec<(Option<NaiveDate>, Run)> = Vec::new();
    let mut out = String::new();
    for day in days {
        if cx.cancel.is_cancelled() {
            break;
        }
        let run = starter.start(day).await?;
        out.push_str(&format!("{run}\n"));
        if words.wait {
            ended.push((day, follow::follow(source, id, &run).await?));
        }
    }
    if !words.wait {
        cx.report.say("airflow: see how it goes with `airflow runs`, or wait with `airflow trigger --wait`");
        return Ok(out);
    }
    judge(cx, id, &ended).map(|()| out)
}

/// How a run is started: in an environment, where the DAG may be paused, or in MWAA Serverless.
enum Starter<'a> {
    Environment {
        rest: &'a Rest<'a>,
        dag: &'a str,
        is_paused: bool,
        /// A run in the place of the one that the schedule would start as soon as the DAG is not paused: nobody asked for
        /// that.
        due: Option<String>,
    },
    Workflow(&'a Workflow<'a>),
}

impl<'a> Starter<'a> {
    async fn new(source: &'a Source<'a>, dag: &'a str) -> Result<Self, Error> {
        match source {
            Source::Environment(rest) => {
                let found = known(rest, dag).await?;
                let due = found.due.filter(|_| found.is_paused);
                Ok(Self::Environment { rest, dag, is_paused: found.is_paused, due })
            }
            Source::Workflow(workflow) => Ok(Self::Workflow(workflow)),
        }
    }

    /// Start a run for a day; its id.
    async fn start(&mut self, day: Option<NaiveDate>) -> Result<String, Error> {
        match self {
            Self::Environment { rest, dag, is_paused, due } => {
                let asked = new(day);
                rest.cx.report.say(&format!("airflow: DAG {dag}, run {asked}{}", about(day)));
                let run = create(rest, dag, &asked, day, due).await?;
                if std::mem::take(is_paused) {
                    unpause(rest, dag).await?;
                }
                Ok(run.id)
            }
            Self::Workflow(workflow) => {
                let run = workflow.start(day).await?;
                workflow.cx.report.say(&format!("airflow: workflow, run {run}{}", about(day)));
                Ok(run)
            }
        }
    }
}

/// The day in words.
fn about(day: Option<NaiveDate>) -> String {
    day.map(|day| format!(" for {day}")).unwrap_or_default()
}

/// One day each; one run without a day for a DAG of somebody's own.
fn days(words: &Words) -> Result<Vec<Option<NaiveDate>>, Error> {
    let (Some(from), Some(to)) = (words.from, words.to) else {
        let today = words.dag.is_none().then(|| Utc::now().date_naive());
        return Ok(vec![words.date.or(today)]);
    };
    let days: Vec<_> = from.iter_days().take_while(|day| *day <= to).take(MOST + 1).map(Some).collect();
    let wrong = match days.len() {
        0 => format!("--from {from} is after --to {to}"),
        many if many > MOST => format!("from {from} to {to} are more than {MOST} days"),
        _ => return Ok(days),
    };
    let error = Error::usage("reading --from and --to", wrong);
    let last = from.checked_add_days(Days::new(MOST as u64 - 1)).unwrap_or(to);
    Err(if days.is_empty() { error } else { error.advise(format!("end with --to {last}, and go on from there")) })
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
        let look = match dag_run::dag(rest, id).await {
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
    // Ours is one file. In which of them somebody's own DAG would be, nobody knows: any may be it.
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
    Ok(dag_run::runs(rest, dag, 100).await?.into_iter().find(|run| run.id == id))
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
    let path = dag_run::path(dag, "/dagRuns")?;
    let mut waiting = Waiting::new(&doing, CREATE, &rest.cx.cancel);
    let mut asked = false;
    loop {
        let earlier = if std::mem::replace(&mut asked, true) { among(rest, dag, id).await? } else { None };
        let look = match earlier {
            Some(run) => Ok(Poll::Ready(run)),
            None => match rest.once(&doing, &Request::post(&path, body(rest, id, day, due.as_deref()))).await {
                Ok(made) => Ok(Poll::Ready(Run::of(&made))),
                // Either it is there after all, or the schedule's run is, which then need not be replaced.
                Err(error) if error.is(&["409"]) && due.take().is_some() => Err(Error { exit: Exit::Again, ..error }),
                Err(error) => Err(error),
            },
        };
        if let Some(run) = waiting.after(look).await? {
            if let Some(tick) = due.take() {
                let what = "which the schedule would start as soon as the DAG is not paused";
                rest.cx.report.say(&format!("airflow: it takes the place of the run of {tick}, {what}"));
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
    let path = dag_run::path(id, "")?;
    let doing = format!("unpausing DAG {id}");
    rest.ask(&doing, &Request::patch(&path, json!({ "is_paused": false }))).await?;
    rest.cx
        .report
        .say(&format!("airflow: DAG {id} was paused, as new ones are; it is not any more, and runs on its schedule"));
    Ok(())
}

/// What came of it, in words and as an error.
fn judge(cx: &Context, id: &str, ended: &[(Option<NaiveDate>, Run)]) -> Result<(), Error> {
    let failed: Vec<&(Option<NaiveDate>, Run)> = ended.iter().filter(|(_, run)| run.state != State::Success).collect();
    if ended.len() > 1 || cx.cancel.is_cancelled() {
        for (day, run) in ended {
            let day = day.map(|day| day.to_string()).unwrap_or_default();
            cx.report.say(&format!(
                "  {day}  {:<7}  {}  {}",
                run.state.as_str(),
                dag_run::took(run.start, run.end),
                run.id
            ));
        }
        let done = ended.len() - failed.len();
        cx.report.say(&format!("airflow: {} days: {done} done, {} failed", ended.len(), failed.len()));
    }
    if cx.cancel.is_cancelled() {
        return Err(Error::interrupted(format!("running DAG {id} day by day")));
    }
    let Some((_, run)) = failed.first() else { return Ok(()) };
    let ids: Vec<&str> = failed.iter().map(|(_, run)| run.id.as_str()).collect();
    let error = Error::failed(format!("running DAG {id}"), format!("run {} failed", ids.join(", run ")));
    Err(error.advise(format!("airflow logs --run {}", run.id)))
}
