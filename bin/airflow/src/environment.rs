//! The half for an MWAA environment: Apache Airflow with its web interface. `resource.rs` and `log_group.rs` are what is made
//! in AWS, `rest.rs` is how its Airflow is talked to, and each verb has its file.

mod levels;
mod log_group;
mod logs;
mod preflight;
mod resource;
mod rest;
mod rights;
mod runs;
mod trigger;
pub(crate) mod ui;
pub(crate) mod variables;
mod wish;

pub(crate) use log_group::LogGroup;
pub(crate) use resource::Environment;

use crate::orchestrator::Orchestrator;
use crate::preflight::Found;
use crate::run::{Dag, Run, Task};
use chrono::NaiveDate;
use rest::Rest;
use strata_aws::Error;
use strata_layer::{Context, Finding, async_trait};
use strata_state::{dag, layers};

/// The Airflow of an environment.
pub(crate) struct Provisioned<'a> {
    rest: Rest<'a>,
    dag: String,
}

impl<'a> Provisioned<'a> {
    /// With the pipeline's DAG, or one that is named.
    pub(crate) fn new(cx: &'a Context, named: Option<&String>, is_patient: bool) -> Self {
        let dag = named.cloned().unwrap_or_else(|| dag::id(&cx.doc.pipeline));
        Self { rest: if is_patient { Rest::patient(cx) } else { Rest::new(cx) }, dag }
    }
}

#[async_trait]
impl Orchestrator for Provisioned<'_> {
    fn cx(&self) -> &Context {
        self.rest.cx
    }

    fn name(&self) -> &'static str {
        "Airflow"
    }

    fn dag_id(&self) -> &str {
        &self.dag
    }

    async fn preflight(&self) -> Result<Vec<Finding>, Error> {
        preflight::findings(self.rest.cx).await
    }

    fn check(&self) -> Result<(Found, usize), Error> {
        preflight::check(self.rest.cx)
    }

    async fn dag(&self) -> Result<Dag, Error> {
        trigger::dag(&self.rest, &self.dag).await
    }

    async fn start(&self, dag: &mut Dag, day: Option<NaiveDate>) -> Result<String, Error> {
        trigger::start(&self.rest, &self.dag, dag, day).await
    }

    async fn runs(&self, most: u16) -> Result<Vec<Run>, Error> {
        runs::runs(&self.rest, &self.dag, most).await
    }

    async fn find(&self, run: &str) -> Result<Option<(Run, Option<String>)>, Error> {
        runs::find(&self.rest, &self.dag, run).await
    }

    async fn tasks(&self, run: &str) -> Result<Vec<Task>, Error> {
        runs::tasks(&self.rest, &self.dag, run).await
    }

    async fn log(&self, run: &str, task: &str, tries: u64, most: u16) -> Result<Vec<String>, Error> {
        logs::read(&self.rest, &self.dag, run, task, tries, most).await
    }

    async fn ui(&self, words: &ui::Words) -> Result<String, Error> {
        ui::ui(&self.rest, words).await
    }

    async fn variables(&self, words: &variables::Words) -> Result<String, Error> {
        variables::variables(&self.rest, words).await
    }
}

/// The section of the document, where there is an environment.
pub(crate) fn section(cx: &Context) -> Option<layers::airflow::Section> {
    cx.one::<Environment>("main").map(|environment| layers::airflow::Section {
        environment: environment.physical,
        arn: environment.facts.arn,
        version: environment.props.version,
        class: environment.props.class,
        webserver: environment.facts.webserver,
        ..Default::default()
    })
}
