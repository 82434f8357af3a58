//! The work of a run: its tasks, each as soon as those that it waits for are done.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::definition::{Definition, Task};
use super::task_instance::Instance;
use super::{render, run, task};
use crate::world::World;

/// The longest error message of a run.
const LONGEST: usize = 255;

/// What a run needs to know.
pub(super) struct Work {
    /// Where it runs.
    pub region: String,
    /// The workflow.
    pub arn: String,
    /// The run's id.
    pub run: String,
    /// What is to be done.
    pub definition: Arc<Definition>,
    /// In whose name.
    pub role: String,
    /// Where the tasks log.
    pub group: String,
    /// What the caller set instead of the definition's parameters.
    pub overrides: Map<String, Value>,
    /// The logical date.
    pub date: DateTime<Utc>,
    /// A part of the ids of its task instances.
    pub execution: String,
    /// Says true when the run is to stop; is closed when it is gone.
    pub stopped: watch::Receiver<bool>,
}

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It did its work.
    Success,
    /// It failed, or one failed that it needs.
    Failed,
    /// Its rule did not let it start.
    Skipped,
}

impl Work {
    /// Changes the run, if it is still there.
    pub(super) fn change<T>(&self, world: &World, change: impl FnOnce(&mut run::Run) -> T) -> Option<T> {
        world.mwaa_serverless.run(&self.region, &self.arn, &self.run, change)
    }

    /// Whether nothing more is to begin.
    fn is_over(&self) -> bool {
        *self.stopped.borrow() || self.stopped.has_changed().is_err()
    }
}

/// Runs to the end, whatever it is, and writes it down.
pub(super) async fn run(world: Arc<World>, work: Work) {
    let work = Arc::new(work);
    let failed = steps(&world, &work).await.err();
    let stopped = work.is_over();
    work.change(&world, |run| {
        run.state = match (&failed, stopped) {
            (_, true) => "STOPPED",
            (Some(_), _) => "FAILED",
            (None, _) => "SUCCESS",
        };
        let now = Utc::now();
        run.times.2 = Some(now);
        run.modified = now;
        run.error = failed.filter(|_| !stopped).map(|why| why.chars().take(LONGEST).collect());
        // Those that never began.
        run.instances.iter_mut().filter(|one| stopped && one.status == "NONE").for_each(|one| one.go("CANCELLED"));
    });
}

/// The error is the run's.
async fn steps(world: &Arc<World>, work: &Arc<Work>) -> Result<(), String> {
    for state in ["QUEUED", "RUNNING"] {
        task::pause(work, world.weather.lasts("workflow starting", 0.1, 1.0).unwrap_or(world.pace)).await;
        if work.is_over() {
            return Ok(());
        }
        work.change(world, |run| run.go(state));
    }
    work.change(world, |run| run.times.1 = Some(Utc::now()));
    // What is wrong with a template is told before any task begins.
    work.definition.tasks.iter().try_for_each(render::check)?;
    work.change(world, |run| {
        let new = |task: &Task| Instance::new(&work.execution, &task.id, &task.operator, 1);
        run.instances = work.definition.tasks.iter().map(new).collect();
    });
    let ends = tasks(world, work).await;
    let is_last = |task: &&Task| !work.definition.tasks.iter().any(|other| other.after.contains(&task.id));
    let bad = |task: &Task| ends.get(task.id.as_str()) == Some(&End::Failed);
    // As in Airflow, the tasks decide that nothing comes after.
    if work.definition.tasks.iter().filter(is_last).any(bad) {
        Err("Workflow execution failed".to_owned())
    } else {
        Ok(())
    }
}

async fn tasks<'a>(world: &'a Arc<World>, work: &'a Arc<Work>) -> BTreeMap<&'a str, End> {
    let mut waiting: Vec<&Task> = work.definition.tasks.iter().collect();
    let mut ends = BTreeMap::new();
    let mut busy = FuturesUnordered::new();
    loop {
        let mut again = !work.is_over();
        // One that ends at once may let others start.
        while std::mem::take(&mut again) {
            for task in std::mem::take(&mut waiting) {
                let before: Option<Vec<End>> = task.after.iter().map(|name| ends.get(name.as_str()).copied()).collect();
                match before.map(|before| verdict(&task.rule, &before)) {
                    None => waiting.push(task),
                    Some(None) => busy.push(async move { (task.id.as_str(), task::run(world, work, task).await) }),
                    Some(Some(end)) => {
                        let status = if end == End::Failed { "UPSTREAM_FAILED" } else { "REMOVED" };
                        work.change(world, |run| {
                            run.instances.iter_mut().filter(|one| one.task == task.id).for_each(|one| one.go(status));
                        });
                        ends.insert(task.id.as_str(), end);
                        again = true;
                    }
                }
            }
        }
        match busy.next().await {
            Some((id, end)) => ends.insert(id, end),
            None => return ends,
        };
    }
}

/// How a task ends without having begun, by its rule; `None` where it begins. All that it waits for is done.
fn verdict(rule: &str, before: &[End]) -> Option<End> {
    let any = |end: End| before.contains(&end);
    let all = |end: End| !before.is_empty() && before.iter().all(|one| *one == end);
    let skip = |when: bool| when.then_some(End::Skipped);
    match rule {
        "all_done" | "always" => None,
        "all_failed" => skip(!all(End::Failed)),
        "one_failed" => skip(!any(End::Failed)),
        "one_success" if any(End::Success) || before.is_empty() => None,
        "none_failed" => any(End::Failed).then_some(End::Failed),
        _ if any(End::Failed) => Some(End::Failed),
        _ => skip(any(End::Skipped)),
    }
}

#[cfg(test)]
mod tests {
    use super::End::{Failed, Skipped, Success};
    use super::verdict;

    #[test]
    fn rules_are_those_of_airflow() {
        assert_eq!(verdict("all_success", &[]), None);
        assert_eq!(verdict("all_success", &[Success, Failed]), Some(Failed));
        assert_eq!(verdict("all_success", &[Success, Skipped]), Some(Skipped));
        assert_eq!(verdict("all_done", &[Failed, Skipped]), None);
        assert_eq!(verdict("one_failed", &[Success]), Some(Skipped));
        assert_eq!(verdict("one_failed", &[Success, Failed]), None);
        assert_eq!(verdict("one_success", &[Success, Failed]), None);
        assert_eq!(verdict("one_success", &[Failed]), Some(Failed));
        assert_eq!(verdict("none_failed", &[Success, Skipped]), None);
    }
}
