//! The work of a run: its tasks, each as soon as those that it waits for are done.

use crate::store::MwaaServerless;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Utc;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::definition::Task;
use crate::instance::Instance;
use crate::work::{End, Work};
use crate::{render, task};

/// The longest error message of a run.
const LONGEST: usize = 255;

/// Runs to the end, whatever it is, and writes it down.
pub(crate) async fn run(all: Arc<MwaaServerless>, work: Work) {
    let work = Arc::new(work);
    let failed = steps(&all, &work).await.err();
    let stopped = work.is_over();
    work.change(&all, |run| {
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
async fn steps(all: &Arc<MwaaServerless>, work: &Arc<Work>) -> Result<(), String> {
    for state in ["QUEUED", "RUNNING"] {
        task::pause(work, all.cloud.lasts("workflow starting", 0.1, 1.0)).await;
        if work.is_over() {
            return Ok(());
        }
        work.change(all, |run| run.go(state));
    }
    work.change(all, |run| run.times.1 = Some(Utc::now()));
    // What is wrong with a template is told before any task begins.
    work.definition.tasks.iter().try_for_each(render::check)?;
    work.change(all, |run| {
        let new = |task: &Task| Instance::new(&work.execution, &task.id, &task.operator, 1);
        run.instances = work.definition.tasks.iter().map(new).collect();
    });
    let ends = tasks(all, work).await;
    let is_last = |task: &&Task| !work.definition.tasks.iter().any(|other| other.after.contains(&task.id));
    let bad = |task: &Task| ends.get(task.id.as_str()) == Some(&End::Failed);
    // As in Airflow, the tasks decide that nothing comes after.
    if work.definition.tasks.iter().filter(is_last).any(bad) {
        Err("Workflow execution failed".to_owned())
    } else {
        Ok(())
    }
}

async fn tasks<'a>(all: &'a Arc<MwaaServerless>, work: &'a Arc<Work>) -> BTreeMap<&'a str, End> {
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
                    Some(None) => busy.push(async move { (task.id.as_str(), task::run(all, work, task).await) }),
                    Some(Some(end)) => {
                        let status = if end == End::Failed { "UPSTREAM_FAILED" } else { "REMOVED" };
                        work.change(all, |run| {
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
    use super::verdict;
    use crate::work::End::{Failed, Skipped, Success};

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
