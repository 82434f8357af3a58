//! The log group of a workflow's tasks. The service writes into the one that it is given, and leaves it behind: it is created
//! here with our tags, and deleted after the workflow.

use strata_aws::Error;
use strata_aws::tags::Tags;
use strata_layer::log_groups::{LogGroups, Props};
use strata_layer::{Context, Desired, Observed, Resource, async_trait};
use strata_state::{Kind, workflow};

pub(crate) struct WorkflowLog(pub(crate) LogGroups);

/// By rule, so that it is found without a document, too.
fn name(cx: &Context) -> String {
    workflow::log_group(&cx.name(Kind::Workflow, "airflow"))
}

#[async_trait]
impl Resource for WorkflowLog {
    const KIND: &'static str = "workflow-log";
    const LABEL: &'static str = "workflow log groups";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let pipeline = &cx.doc.pipeline;
        let props = Props { retention_days: Some(pipeline.airflow().log_days) };
        Ok(pipeline.is_serverless().then(|| Desired::new("main", name(cx), props)).into_iter().collect())
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let name = name(cx);
        let found = self.0.find(cx, &name, |other| other == name).await?;
        Ok(found.into_iter().map(|group| Observed::new(&name, &name, group.props).tagged(cx, group.tags)).collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        self.0.create(&desired.name, cx.tags_of::<Self>(desired)).await
    }

    async fn update(&self, _: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        self.0.set(&observed.physical, &desired.props).await
    }

    async fn retag(&self, cx: &Context, observed: &Observed<Props>, tags: &Tags) -> Result<(), Error> {
        self.0.tag(cx, &observed.physical, tags).await
    }

    async fn delete(&self, _: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        self.0.delete(&observed.physical).await
    }
}
