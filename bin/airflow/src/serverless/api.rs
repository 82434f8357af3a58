//! One workflow, as far as its runs are concerned. They are asked for through the service's own API: there is no Airflow to ask.

use super::list;
use aws_sdk_mwaaserverless::Client;
use std::sync::OnceLock;
use strata_aws::{During, Error, tags};
use strata_layer::Context;
use strata_state::{Kind, workflow};
use tokio::sync::OnceCell;

/// The pipeline's workflow, which is looked for when it is needed first.
pub(super) struct Api<'a> {
    pub(super) cx: &'a Context,
    /// Created by the first call: `airflow check` makes none, and has no region.
    client: OnceLock<Client>,
    place: OnceCell<Place>,
}

/// Where the workflow is.
pub(super) struct Place {
    pub(super) arn: String,
    pub(super) log_group: String,
}

impl<'a> Api<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx, client: OnceLock::new(), place: OnceCell::new() }
    }

    /// The service.
    pub(super) fn client(&self) -> &Client {
        self.client.get_or_init(|| list::client(&self.cx.session))
    }

    /// The workflow of the document, or the one that carries the pipeline's tags.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn place(&self) -> Result<&Place, Error> {
        self.place.get_or_try_init(|| self.find()).await
    }

    async fn find(&self) -> Result<Place, Error> {
        let name = self.cx.name(Kind::Workflow, "airflow");
        let known = self.cx.doc.airflow.as_ref().filter(|section| !section.workflow.is_empty());
        Ok(match known {
            Some(section) => Place { arn: section.arn.clone(), log_group: section.log_group.clone() },
            None => Place { arn: self.search(&name).await?, log_group: workflow::log_group(&name) },
        })
    }

    async fn search(&self, name: &str) -> Result<String, Error> {
        let doing = || format!("looking for workflow {name}");
        for (arn, found) in list::all(self.client()).await? {
            if found == name {
                let answer = self.client().list_tags_for_resource().resource_arn(&arn).send().await.during(doing)?;
                if tags::is_ours(&answer.tags.unwrap_or_default().into_iter().collect(), &self.cx.doc.pipeline) {
                    return Ok(arn);
                }
            }
        }
        Err(Error::failed(doing(), "there is none of this pipeline").advise("run `airflow up` first"))
    }
}

pub(super) fn advise(error: Error) -> Error {
    if error.is_gone() { error.advise("run `airflow up` first") } else { error }
}
