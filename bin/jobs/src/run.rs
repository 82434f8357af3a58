//! `jobs run`: transforms in the order in which they need each other, as many at once as that allows.
//!
//! When one fails, those that read its table are not started; all others finish.

use crate::choice;
use crate::job::Job;
use crate::log;
use crate::start::{follow, start};
use crate::summary::Summary;
use aws_sdk_glue::types::{JobRun, JobRunState};
use chrono::NaiveDate;
use futures::future::{BoxFuture, FutureExt, Shared, join_all};
use std::collections::BTreeMap;
use strata_aws::{Error, Exit};
use strata_layer::{Context, Step};
use strata_state::Kind;
use strata_state::wish::Transform;

/// Lines of the log that are shown when a run fails.
const TAIL: u16 = 20;
/// Lines that the summary is looked for in.
const SUMMARY: u16 = 2000;

/// How a transform came to its end.
#[derive(Clone)]
enum End {
    Done,
    Failed(Error),
    NotStarted,
}

struct Clients {
    glue: aws_sdk_glue::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
}

pub(crate) async fn run(cx: &Context, named: &[String], date: Option<NaiveDate>) -> Result<String, Error> {
    let chosen = choose(cx, named)?;
    choice::tell(cx, &chosen);
    let clients = &Clients {
        glue: aws_sdk_glue::Client::new(&cx.session.sdk),
        logs: aws_sdk_cloudwatchlogs::Client::new(&cx.session.sdk),
    };
    let names: Vec<String> = chosen.iter().map(|transform| cx.name(Kind::Job, &transform.name)).collect();
    strata_glue::only_ours::<Job>(&clients.glue, cx, &names).await?;
    // By the table that it makes.
    let mut running: BTreeMap<&str, Shared<BoxFuture<'_, End>>> = BTreeMap::new();
    for transform in chosen {
        let first: Vec<_> = transform
            .reads
            .iter()
            .filter_map(|table| Some((table.as_str(), running.get(table.as_str())?.clone())))
            .collect();
        let work = async move {
            let ends = join_all(first.into_iter().map(|(table, end)| async move { (table, end.await) })).await;
            let missing: Vec<&str> =
                ends.iter().filter(|(_, end)| !matches!(end, End::Done)).map(|(table, _)| *table).collect();
            if missing.is_empty() && !cx.cancel.is_cancelled() {
                return one(cx, clients, transform, date).await;
            }
            let why = if missing.is_empty() { "interrupted".to_owned() } else { format!("no {}", missing.join(", ")) };
            let name = cx.name(Kind::Job, &transform.name);
            cx.report.say(&format!("jobs job {name}: not started, {why}"));
            End::NotStarted
        };
        running.insert(&transform.writes, work.boxed().shared());
    }
    let ends = join_all(running.into_values()).await;
    let mut failures: Vec<Error> = Vec::new();
    let (mut done, mut idle) = (0, 0);
    for end in ends {
        match end {
            End::Done => done += 1,
            End::NotStarted => idle += 1,
            End::Failed(error) => failures.push(error),
        }
    }
    if done + idle + failures.len() > 1 {
        cx.report.say(&format!("jobs: {done} done, {} failed, {idle} not started", failures.len()));
    }
    let Some(last) = failures.pop() else {
        if idle > 0 {
            return Err(Error::interrupted("running transforms"));
        }
        return cx.doc.print().map_err(|error| Error::failed("printing the document", error.to_string()));
    };
    for error in failures {
        cx.report.say(&format!("jobs: {error}"));
    }
    Err(last)
}

/// What was asked for, in an order in which each comes after what it reads.
fn choose<'a>(cx: &'a Context, named: &[String]) -> Result<Vec<&'a Transform>, Error> {
    let pipeline = &cx.doc.pipeline;
    if let Some(name) = named.iter().find(|name| !pipeline.transforms.iter().any(|known| known.name == **name)) {
        return Err(unknown(cx, name));
    }
    let all = pipeline.order().unwrap_or_default().into_iter().flatten();
    Ok(all.filter(|transform| named.is_empty() || named.contains(&transform.name)).collect())
}

/// There is no such transform.
pub(crate) fn unknown(cx: &Context, name: &str) -> Error {
    let known: Vec<&str> = cx.doc.pipeline.transforms.iter().map(|transform| transform.name.as_str()).collect();
    let error = Error::usage(format!("looking for transform {name}"), "there is none of this name");
    error.advise(format!("there are {}", known.join(", ")))
}

async fn one(cx: &Context, clients: &Clients, transform: &Transform, date: Option<NaiveDate>) -> End {
    let name = cx.name(Kind::Job, &transform.name);
    let step = cx.report.step(format!("job {name}"), "starting");
    let result = async {
        let id = start(cx, &clients.glue, &name, date, &step).await?;
        let run = follow(cx, &clients.glue, &name, &id, &step).await.map_err(|error| match error.exit {
            Exit::Interrupted => error.advise(format!("run {id} continues in Glue: jobs logs {}", transform.name)),
            _ => error,
        })?;
        judge(cx, clients, transform, &name, &run).await
    };
    match result.await {
        Ok(summary) => {
            tell(cx, step, &summary);
            End::Done
        }
        Err(error) => {
            // The reason is printed once, by the caller.
            step.done("failed");
            End::Failed(error)
        }
    }
}

fn tell(cx: &Context, step: Step, summary: &Summary) {
    step.done(&summary.text().unwrap_or_else(|| "done".into()));
    for warning in &summary.warnings {
        cx.report.say(&format!("jobs {warning}"));
    }
}

/// Success with its numbers, or Glue's own message with the end of the log.
async fn judge(
    cx: &Context,
    clients: &Clients,
    transform: &Transform,
    name: &str,
    run: &JobRun,
) -> Result<Summary, Error> {
    let succeeded = run.job_run_state() == Some(&JobRunState::Succeeded);
    // The log tells more about a run; it does not decide how the run went.
    let lines = log::tail(cx, &clients.logs, run, if succeeded { SUMMARY } else { TAIL }).await.unwrap_or_default();
    if succeeded {
        return Ok(Summary::new(&transform.name, &lines));
    }
    let id = run.id().unwrap_or_default();
    if !lines.is_empty() {
        cx.report.say(&format!("the end of the log of job {name}, run {id}:\n  {}", lines.join("\n  ")));
    }
    let state = run.job_run_state().map_or("unknown", JobRunState::as_str);
    let message = run.error_message().or(run.state_detail()).unwrap_or("Glue gave no reason");
    let error = Error::failed(format!("running job {name}: {state}"), message);
    let again = if cx.doc.pipeline.jobs().retries > 0 { "; Glue retries on its own" } else { "" };
    Err(error.advise(format!("jobs logs {} --run {id}{again}", transform.name)))
}
