//! The half for a workflow of MWAA Serverless: the pipeline's tasks without an Airflow of one's own. `resource.rs` and
//! `log_group.rs` are what is made in AWS, `api.rs` is how its runs are asked for, and each verb has its file.

mod api;
mod instances;
mod lateness;
mod list;
mod log_group;
mod logs;
mod preflight;
mod resource;
mod rights;
mod runs;
mod time;
mod trigger;
mod wish;

pub(crate) use log_group::WorkflowLog;
pub(crate) use resource::Workflow;

use crate::environment::{ui, variables};
use crate::orchestrator::Orchestrator;
use crate::preflight::Found;
use crate::run::{Dag, Run, Task};
use api::Api;
use chrono::NaiveDate;
use instances::Instances;
use strata_aws::Error;
use strata_layer::{Context, Finding, async_trait};
use strata_state::{dag, layers};

/// The pipeline's workflow.
pub(crate) struct Serverless<'a> {
    api: Api<'a>,
    instances: Instances,
    dag: String,
}

impl<'a> Serverless<'a> {
    /// # Errors
    /// When another DAG is named than the one that a workflow has.
    pub(crate) fn new(cx: &'a Context, named: Option<&String>) -> Result<Self, Error> {
        let dag = dag::id(&cx.doc.pipeline);
        if let Some(other) = named.filter(|other| **other != dag) {
            let message = "a workflow of MWAA Serverless has the pipeline's own tasks, and no other DAG";
            return Err(Error::usage(format!("looking for DAG {other}"), message));
        }
        Ok(Self { api: Api::new(cx), instances: Instances::default(), dag })
    }
}

/// Refuses what only an Airflow of one's own has.
fn refuse(doing: &str, has_none: &str) -> Error {
    let error = Error::usage(doing, format!("MWAA Serverless has {has_none}"));
    error.advise("set airflow.kind to `environment` for it")
}

#[async_trait]
impl Orchestrator for Serverless<'_> {
    fn cx(&self) -> &Context {
        self.api.cx
    }

    fn name(&self) -> &'static str {
        "MWAA Serverless"
    }

    fn dag_id(&self) -> &str {
        &self.dag
    }

    async fn preflight(&self) -> Result<Vec<Finding>, Error> {
        preflight::findings(self.api.cx).await
    }

    fn check(&self) -> Result<(Found, usize), Error> {
        // There are no DAG files in a workflow.
        Ok((preflight::check(self.api.cx)?, 0))
    }

    async fn dag(&self) -> Result<Dag, Error> {
        self.api.place().await?;
        Ok(Dag::default())
    }

    async fn start(&self, _: &mut Dag, day: Option<NaiveDate>) -> Result<String, Error> {
        trigger::start(&self.api, day).await
    }

    async fn runs(&self, most: u16) -> Result<Vec<Run>, Error> {
        runs::runs(&self.api, most).await
    }

    async fn find(&self, run: &str) -> Result<Option<(Run, Option<String>)>, Error> {
        runs::find(&self.api, run).await
    }

    async fn tasks(&self, run: &str) -> Result<Vec<Task>, Error> {
        runs::tasks(&self.api, &self.instances, run).await
    }

    async fn log(&self, run: &str, task: &str, tries: u64, most: u16) -> Result<Vec<String>, Error> {
        logs::read(&self.api, &self.instances, run, task, tries, most).await
    }

    fn lateness(&self, run: &Run) -> Option<String> {
        lateness::lateness(run, &self.api.cx.doc.pipeline.airflow().ready_by)
    }

    async fn ui(&self, _: &ui::Words) -> Result<String, Error> {
        Err(refuse("asking for a login to Airflow's web interface", "no web interface"))
    }

    async fn variables(&self, _: &variables::Words) -> Result<String, Error> {
        Err(refuse("looking at Airflow's Variables", "none"))
    }
}

/// The section of the document, where there is a workflow.
pub(crate) fn section(cx: &Context) -> Option<layers::airflow::Section> {
    cx.one::<Workflow>("main").map(|workflow| layers::airflow::Section {
        workflow: workflow.props.name,
        arn: workflow.physical,
        version: workflow.facts.version,
        log_group: workflow.props.log_group,
        ..Default::default()
    })
}
