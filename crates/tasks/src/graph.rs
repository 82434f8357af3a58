//! The graph: tasks, what each waits for, and how long and how often it is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// All tasks of one run of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// The id of the DAG or the workflow: `driven_data_pipeline`.
    pub id: String,
    /// One line for people.
    pub description: String,
    /// When a run starts by itself: five fields of cron, in UTC.
    pub schedule: String,
    /// The first day that is scheduled, `YYYY-MM-DD`.
    pub start_date: String,
    /// By when the data of a scheduled run has to be complete: `HH:MM`, UTC.
    pub ready_by: String,
    /// Labels in Airflow's web interface.
    pub tags: Vec<String>,
    /// The AWS region of everything that the tasks start.
    pub region: String,
    /// The bucket of all keys and prefixes.
    pub bucket: String,
    /// How often a task that failed is tried again.
    pub retries: Retries,
    /// The tasks. Those that a task waits for come before it.
    pub tasks: Vec<Task>,
}

/// How often a task that failed is tried again: after `delay`, then after twice as long each time, at most `longest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// How often, after the first try.
    pub count: u32,
    /// The wait before the second try.
    pub delay: Duration,
    /// The longest wait.
    pub longest: Duration,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its name, of which there is one.
    pub id: String,
    /// What it does.
    pub work: Work,
    /// The tasks that have to succeed before it starts.
    pub after: Vec<String>,
    /// How long one try may take.
    pub timeout: Duration,
}

/// What a task does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Wait until an object is in the bucket that is, or may be, the input of the slice.
    File {
        /// The table whose input it is.
        table: String,
        /// Its key, with a placeholder for the slice ([`crate::filled`]), and `*` where the name alone does not tell.
        key: String,
    },
    /// Run a Glue crawler and wait for its end.
    Crawl {
        /// The table that it describes.
        table: String,
        /// The crawler's name in Glue.
        crawler: String,
    },
    /// Run a Glue job for the day and wait for its end.
    Job {
        /// The transform that the job carries out.
        transform: String,
        /// The job's name in Glue.
        job: String,
    },
    /// Check that the day is complete.
    Ready {
        /// What holds at least one object when it is, with a placeholder for the slice ([`crate::filled`]).
        prefixes: Vec<String>,
    },
}

/// A graph that no engine could run.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Two tasks have one name.
    #[error("two tasks are called {0}")]
    Twice(String),
    /// A task waits for one that is not before it: for an unknown one, for itself, or in a circle.
    #[error("task {task} waits for {after}, which does not come before it")]
    Unordered {
        /// The one that waits.
        task: String,
        /// What it waits for.
        after: String,
    },
}

impl Graph {
    /// Whether any engine can run it.
    ///
    /// # Errors
    /// [`Error`] when two tasks share a name, or one waits for a task that does not come before it.
    pub fn check(&self) -> Result<(), Error> {
        let mut before = BTreeSet::new();
        for task in &self.tasks {
            if let Some(after) = task.after.iter().find(|after| !before.contains(after.as_str())) {
                return Err(Error::Unordered { task: task.id.clone(), after: after.clone() });
            }
            if !before.insert(task.id.as_str()) {
                return Err(Error::Twice(task.id.clone()));
            }
        }
        Ok(())
    }

    /// The tasks that no other one waits for.
    #[must_use]
    pub fn ends(&self) -> Vec<String> {
        let waited: BTreeSet<&String> = self.tasks.iter().flat_map(|task| &task.after).collect();
        self.tasks.iter().map(|task| &task.id).filter(|id| !waited.contains(id)).cloned().collect()
    }

    /// The graph without some of its tasks: who waited for one of them waits for what that one waited for.
    #[must_use]
    pub fn without(&self, leave_out: impl Fn(&Work) -> bool) -> Self {
        let mut instead: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut tasks = Vec::new();
        for task in &self.tasks {
            let mut after = Vec::new();
            for one in &task.after {
                let through = instead.get(one.as_str()).cloned().unwrap_or_else(|| vec![one.clone()]);
                after.extend(through.into_iter().filter(|one| !after.contains(one)).collect::<Vec<_>>());
            }
            if leave_out(&task.work) {
                instead.insert(&task.id, after);
            } else {
                tasks.push(Task { after, ..task.clone() });
            }
        }
        Self { tasks, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, after: &[&str]) -> Task {
        let work = Work::Job { transform: id.into(), job: id.into() };
        let after = after.iter().map(|one| (*one).to_owned()).collect();
        Task { id: id.into(), work, after, timeout: Duration::from_secs(60) }
    }

    fn graph(tasks: Vec<Task>) -> Graph {
        let second = Duration::from_secs(1);
        let text = String::new;
        Graph {
            id: text(),
            description: text(),
            schedule: text(),
            start_date: text(),
            ready_by: text(),
            tags: Vec::new(),
            region: text(),
            bucket: text(),
            retries: Retries { count: 0, delay: second, longest: second },
            tasks,
        }
    }

    #[test]
    fn what_nobody_could_run_is_refused() {
        assert_eq!(graph(vec![task("a", &[]), task("b", &["a"])]).check(), Ok(()));
        assert_eq!(graph(vec![task("a", &[]), task("a", &[])]).check(), Err(Error::Twice("a".into())));
        for tasks in [vec![task("a", &["b"]), task("b", &["a"])], vec![task("a", &["a"])], vec![task("a", &["none"])]] {
            assert!(matches!(graph(tasks).check(), Err(Error::Unordered { .. })));
        }
    }

    #[test]
    fn who_waited_for_a_task_that_is_left_out_waits_for_what_was_before_it() {
        let mut middle = task("b", &["a"]);
        middle.work = Work::Ready { prefixes: Vec::new() };
        let whole = graph(vec![task("a", &[]), middle, task("c", &["a", "b"])]);
        assert_eq!(whole.ends(), ["c"]);
        let part = whole.without(|work| matches!(work, Work::Ready { .. }));
        assert_eq!(part.tasks, vec![task("a", &[]), task("c", &["a"])]);
        assert_eq!(part.check(), Ok(()));
    }
}
