//! Where runs and tasks are asked for: Airflow's REST API in an environment, or the API of MWAA Serverless.

use crate::dag_run::{self, Run, Task};
use crate::rest::Rest;
use crate::serverless::Workflow;
use crate::state::State;
use crate::task_logs;
use strata_aws::Error;
use strata_layer::Context;
use strata_state::dag;

/// What runs the pipeline.
pub(crate) enum Source<'a> {
    Environment(Rest<'a>),
    Workflow(Workflow<'a>),
}

impl<'a> Source<'a> {
    /// As the wish has it. `patient` is for watching a run, during which a web server may go and come.
    ///
    /// # Errors
    /// When there is no workflow, or another DAG is named than the one that a workflow has.
    pub(crate) async fn new(cx: &'a Context, named: Option<&String>, patient: bool) -> Result<Self, Error> {
        if !cx.doc.pipeline.is_serverless() {
            return Ok(Self::Environment(if patient { Rest::patient(cx) } else { Rest::new(cx) }));
        }
        if let Some(other) = named.filter(|other| **other != dag::id(&cx.doc.pipeline)) {
            let message = "a workflow of MWAA Serverless has the pipeline's own tasks, and no other DAG";
            return Err(Error::usage(format!("looking for DAG {other}"), message));
        }
        Ok(Self::Workflow(Workflow::find(cx).await?))
    }

    pub(crate) fn cx(&self) -> &'a Context {
        match self {
            Self::Environment(rest) => rest.cx,
            Self::Workflow(workflow) => workflow.cx,
        }
    }

    /// What it is called where it goes on by itself.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Environment(_) => "Airflow",
            Self::Workflow(_) => "MWAA Serverless",
        }
    }

    /// The newest runs, newest first.
    pub(crate) async fn runs(&self, dag: &str, most: u16) -> Result<Vec<Run>, Error> {
        match self {
            Self::Environment(rest) => dag_run::runs(rest, dag, most).await,
            Self::Workflow(workflow) => workflow.runs(most).await,
        }
    }

    /// A run among the newest, and the one that is under way before it, if there is one.
    pub(crate) async fn find(&self, dag: &str, id: &str) -> Result<Option<(Run, Option<String>)>, Error> {
        if let Self::Workflow(workflow) = self {
            return match workflow.run(id).await {
                Ok(run) => Ok(Some((run, None))),
                Err(error) if error.is_gone() => Ok(None),
                Err(error) => Err(error),
            };
        }
        for most in [10, 100] {
            let runs = self.runs(dag, most).await?;
            let count = runs.len();
            let other = runs.iter().find(|run| run.state == State::Running && run.id != id).map(|run| run.id.clone());
            if let Some(run) = runs.into_iter().find(|run| run.id == id) {
                return Ok(Some((run, other)));
            }
            if count < usize::from(most) {
                break;
            }
        }
        Ok(None)
    }

    /// The tasks of a run, in the order in which they began.
    pub(crate) async fn tasks(&self, dag: &str, run: &str) -> Result<Vec<Task>, Error> {
        match self {
            Self::Environment(rest) => dag_run::tasks(rest, dag, run).await,
            Self::Workflow(workflow) => workflow.tasks(run).await,
        }
    }

    /// The last `most` lines of one try of a task.
    pub(crate) async fn log(
        &self,
        dag: &str,
        run: &str,
        task: &str,
        tries: u64,
        most: u16,
    ) -> Result<Vec<String>, Error> {
        match self {
            Self::Environment(rest) => task_logs::read(rest, dag, run, task, tries, most).await,
            Self::Workflow(workflow) => workflow.log(run, task, tries, most).await,
        }
    }
}

/// Refuse what only an Airflow of one's own has.
pub(crate) fn refuse_serverless(cx: &Context, doing: &str, has_none: &str) -> Result<(), Error> {
    if !cx.doc.pipeline.is_serverless() {
        return Ok(());
    }
    let error = Error::usage(doing, format!("MWAA Serverless has {has_none}"));
    Err(error.advise("it comes with airflow.kind `environment`"))
}
