//! Watching a run to its end: a line for the run, and one for each task as it comes.

use crate::orchestrator::Orchestrator;
use crate::run::{Run, Task, ended};
use crate::state::State;
use std::collections::BTreeMap;
use strata_aws::{Error, Exit, Pace, Poll, Waiting};
use strata_layer::{Context, Step};

/// Lines of a failed task's log.
const TAIL: u16 = 20;
/// A run that takes longer than this is looked at again by hand. On a laptop one look costs nothing.
const AWS: Pace = Pace::seconds(5, 24 * 3600);
const LOCAL: Pace = Pace::seconds(1, 24 * 3600);

/// The lines of a run's tasks.
struct Lines<'a> {
    cx: &'a Context,
    steps: BTreeMap<String, (Option<Step>, String)>,
    /// The longest name so far, so that the states of tasks are in one column.
    width: usize,
}

impl Lines<'_> {
    /// Say what has changed since the last look.
    fn show(&mut self, tasks: &[Task]) {
        self.width = tasks.iter().map(|task| task.id.len()).max().unwrap_or_default().max(self.width);
        for task in tasks.iter().filter(|task| task.state != State::Unseen) {
            let words = words(task);
            let (step, last) = self.steps.entry(task.id.clone()).or_default();
            if *last == words {
                continue;
            }
            if step.is_none() {
                let what = format!("task {:<width$}", task.id, width = self.width);
                *step = Some(self.cx.report.step(what, &words));
            }
            match step.take() {
                Some(open) if task.has_ended() => open.done(&words),
                Some(open) => {
                    open.status(&words);
                    *step = Some(open);
                }
                None => {}
            }
            *last = words;
        }
    }
}

/// A task's state for people.
fn words(task: &Task) -> String {
    let tries = if task.tries > 1 { format!(", try {}", task.tries) } else { String::new() };
    match &task.state {
        State::Deferred => format!("deferred: waiting without a worker{tries}"),
        State::UpForRetry => format!("failed, retrying (try {})", task.tries),
        State::UpForReschedule => format!("waiting, checks again later{tries}"),
        State::UpstreamFailed => "not started: an upstream task failed".into(),
        state @ (State::Success | State::Failed | State::Timeout) => {
            format!("{}{tries}", ended(state, task.start, task.end))
        }
        state => format!("{}{tries}", state.as_str()),
    }
}

/// Watch the run until it has ended, however it did; the end of the log of what failed is shown.
pub(crate) async fn follow(orchestrator: &dyn Orchestrator, id: &str) -> Result<Run, Error> {
    let (cx, dag) = (orchestrator.cx(), orchestrator.dag_id());
    let doing = format!("waiting for run {id} of DAG {dag}");
    let head = cx.report.step(format!("run {id}"), "queued");
    let mut lines = Lines { cx, steps: BTreeMap::new(), width: 0 };
    let mut waiting = Waiting::new(&doing, if cx.session.is_local() { LOCAL } else { AWS }, &cx.cancel);
    let (run, tasks) = loop {
        let look = look(orchestrator, id).await.map(|(run, other, tasks)| {
            lines.show(&tasks);
            if run.has_ended() {
                return Poll::Ready((run, tasks));
            }
            let words = match other {
                Some(other) if run.state == State::Queued => format!("queued behind run {other}"),
                _ => {
                    let done = tasks.iter().filter(|task| task.has_ended()).count();
                    format!("{}, {done} of {} tasks have ended", run.state.as_str(), tasks.len())
                }
            };
            head.status(&words);
            Poll::NotYet(words)
        });
        match waiting.after(look).await {
            Ok(Some(ended)) => break ended,
            Ok(None) => {}
            Err(error) if error.exit == Exit::Interrupted => {
                let message = format!("interrupted; the run continues in {}", orchestrator.name());
                let advice = format!("look at it with `airflow runs` and `airflow logs --run {id}`");
                return Err(Error { message, ..error }.advise(advice));
            }
            Err(error) => return Err(error),
        }
    };
    head.done(&ended(&run.state, run.start, run.end));
    if run.state != State::Success {
        if let Some(error) = &run.error {
            cx.report.say(&format!("run {id}: {error}"));
        }
        for task in tasks.iter().filter(|task| task.has_failed()) {
            last_words(orchestrator, id, task).await;
        }
    }
    Ok(run)
}

async fn look(orchestrator: &dyn Orchestrator, id: &str) -> Result<(Run, Option<String>, Vec<Task>), Error> {
    let found = orchestrator.find(id).await?;
    // The tasks are asked for last: when the run has ended, so have they.
    let tasks = orchestrator.tasks(id).await?;
    let doing = || format!("waiting for run {id} of DAG {}", orchestrator.dag_id());
    let gone = || Error::failed(doing(), "it no longer exists: it was deleted");
    found.map(|(run, other)| (run, other, tasks)).ok_or_else(gone)
}

/// The end of a failed task's log. It tells why; that it cannot be read changes nothing about the run.
async fn last_words(orchestrator: &dyn Orchestrator, run: &str, task: &Task) {
    let (id, tries) = (&task.id, task.tries.max(1));
    let report = &orchestrator.cx().report;
    match orchestrator.log(run, id, tries, TAIL).await {
        Ok(lines) if !lines.is_empty() => {
            report.say(&format!("the end of the log of task {id}, try {tries}:\n  {}", lines.join("\n  ")));
        }
        Ok(_) => report.say(&format!("task {id}, try {tries}: it has no log yet")),
        Err(error) => report.say(&format!("airflow: {error}")),
    }
    report.say(&format!("more: airflow logs {id} --run {run} --try {tries}"));
}
