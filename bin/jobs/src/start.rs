//! Starting a run exactly once, and waiting for its end.
//!
//! `StartJobRun` takes no token. Each start carries an argument of its own instead, which the script ignores: after a
//! lost answer the run that has it is looked for before another one is started.

use crate::job::is_active;
use aws_sdk_glue::Client;
use aws_sdk_glue::types::{JobRun, JobRunState};
use chrono::NaiveDate;
use std::time::Duration;
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_layer::{Context, Step};

/// The argument by which a start is recognised.
const MARK: &str = "--started-as";
/// How long starting is tried while Glue does not answer.
const START: Pace = Pace::seconds(2, 30);
/// Codes that mean: not now.
const BUSY: [&str; 2] = ["ConcurrentRunsExceededException", "ResourceNumberLimitExceededException"];
/// How long a run may wait for a machine, in addition to its own time.
const QUEUE: Duration = Duration::from_secs(1800);

/// An error about something that `jobs up` makes.
pub(crate) fn advise(error: Error) -> Error {
    if error.is_gone() { error.advise("run `jobs up` first") } else { error }
}

fn limit(cx: &Context, slowest: u64) -> Pace {
    let minutes = u64::try_from(cx.doc.pipeline.jobs().timeout_minutes).unwrap_or_default();
    Pace { slowest: Duration::from_secs(slowest), limit: Duration::from_secs(minutes * 60) + QUEUE }
}

/// Start a run; its id.
pub(crate) async fn start(
    cx: &Context,
    glue: &Client,
    name: &str,
    date: Option<NaiveDate>,
    step: &Step,
) -> Result<String, Error> {
    let doing = format!("starting job {name}");
    let mark = uuid::Uuid::new_v4().to_string();
    let mut shown = false;
    // As many runs as may be can be under way: that is waited for longer than for an answer.
    let mut waiting = Waiting::new(&doing, limit(cx, 10), &cx.cancel);
    loop {
        let look = match once(cx, glue, name, date, &mark).await {
            Ok(id) => Poll::Ready(id),
            Err(error) if error.is(&BUSY) => {
                if !std::mem::replace(&mut shown, true) {
                    step.status(&format!("waits: {}", error.message));
                }
                Poll::NotYet(error.message)
            }
            Err(error) => Poll::Failed(advise(error)),
        };
        if let Some(id) = waiting.after(Ok(look)).await? {
            return Ok(id);
        }
    }
}

async fn once(cx: &Context, glue: &Client, name: &str, date: Option<NaiveDate>, mark: &str) -> Result<String, Error> {
    let doing = format!("starting job {name}");
    let mut waiting = Waiting::new(&doing, START, &cx.cancel);
    let mut asked = false;
    loop {
        let look = ask(glue, name, date, mark, std::mem::replace(&mut asked, true)).await;
        if let Some(id) = waiting.after(look).await? {
            return Ok(id);
        }
    }
}

/// One try; after another one whose answer was lost, its run is looked for first.
async fn ask(
    glue: &Client,
    name: &str,
    date: Option<NaiveDate>,
    mark: &str,
    again: bool,
) -> Result<Poll<String>, Error> {
    if again && let Some(id) = find(glue, name, mark).await? {
        return Ok(Poll::Ready(id));
    }
    let mut call = glue.start_job_run().job_name(name).arguments(MARK, mark);
    if let Some(date) = date {
        call = call.arguments("--date", date.to_string());
    }
    let answer = call.send().await.during(|| format!("starting job {name}"))?;
    Ok(Poll::Ready(answer.job_run_id.unwrap_or_default()))
}

/// The run that a lost answer was about, among the newest ones.
async fn find(glue: &Client, name: &str, mark: &str) -> Result<Option<String>, Error> {
    let call = glue.get_job_runs().job_name(name).max_results(50);
    let answer = call.send().await.during(|| format!("listing the runs of job {name}"))?;
    let is_it = |run: &JobRun| run.arguments().and_then(|arguments| arguments.get(MARK)).is_some_and(|is| is == mark);
    Ok(answer.job_runs.unwrap_or_default().into_iter().find(is_it).and_then(|run| run.id))
}

/// Wait until the run has ended, however it did.
pub(crate) async fn follow(cx: &Context, glue: &Client, name: &str, id: &str, step: &Step) -> Result<JobRun, Error> {
    let doing = format!("waiting for run {id} of job {name}");
    let mut waiting = Waiting::new(&doing, limit(cx, 5), &cx.cancel);
    let mut shown = "starting".to_owned();
    loop {
        let answer = glue.get_job_run().job_name(name).run_id(id).send().await.during(|| doing.clone());
        let look = answer.map(|answer| match answer.job_run {
            Some(run) if !is_active(run.job_run_state()) => Poll::Ready(run),
            run => {
                let state = run.as_ref().and_then(JobRun::job_run_state);
                let state = state.map_or("unknown", JobRunState::as_str).to_lowercase();
                if state != shown {
                    step.status(&state);
                    shown.clone_from(&state);
                }
                Poll::NotYet(state)
            }
        });
        if let Some(run) = waiting.after(look).await? {
            return Ok(run);
        }
    }
}
