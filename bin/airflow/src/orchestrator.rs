//! What runs the pipeline, as the verbs see it. Each kind of `airflow.kind` is a half of this program with an implementation:
//! `environment/` and `serverless/`, one file for each verb that it does in its own way.

use crate::environment::{ui, variables};
use crate::preflight::Found;
use crate::run::{Dag, Run, Task};
use chrono::NaiveDate;
use strata_aws::Error;
use strata_layer::{Context, Finding, async_trait};

/// What runs the pipeline, with the DAG that a verb is about.
#[async_trait]
pub(crate) trait Orchestrator: Send + Sync {
    fn cx(&self) -> &Context;

    /// What it is called where it goes on by itself.
    fn name(&self) -> &'static str;

    /// The id of the DAG that the verb is about.
    fn dag_id(&self) -> &str;

    /// `airflow plan`, `up`: everything that would keep it from being created, as AWS has it.
    async fn preflight(&self) -> Result<Vec<Finding>, Error>;

    /// `airflow check`: what the document and the files tell; and how many DAG files of the pipeline's own there are.
    ///
    /// # Errors
    /// When a document of the roles cannot be filled in.
    fn check(&self) -> Result<(Found, usize), Error>;

    /// The DAG, as soon as it can be started.
    async fn dag(&self) -> Result<Dag, Error>;

    /// Start a run for a day; its id. What held the DAG holds it no longer.
    async fn start(&self, dag: &mut Dag, day: Option<NaiveDate>) -> Result<String, Error>;

    /// The newest runs, newest first.
    async fn runs(&self, most: u16) -> Result<Vec<Run>, Error>;

    /// A run among the newest, and the one that is under way before it, if there is one.
    async fn find(&self, run: &str) -> Result<Option<(Run, Option<String>)>, Error>;

    /// The tasks of a run, in the order in which they began; those that have not come last.
    async fn tasks(&self, run: &str) -> Result<Vec<Task>, Error>;

    /// The last `most` lines of one try of a task.
    async fn log(&self, run: &str, task: &str, tries: u64, most: u16) -> Result<Vec<String>, Error>;

    /// What is said of a run that came too late, where the run does not say it itself.
    fn lateness(&self, _: &Run) -> Option<String> {
        None
    }

    /// `airflow ui`.
    async fn ui(&self, words: &ui::Words) -> Result<String, Error>;

    /// `airflow variables`.
    async fn variables(&self, words: &variables::Words) -> Result<String, Error>;
}
