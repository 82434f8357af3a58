//! The two log groups of the pipeline's Spark jobs. Glue writes into them, and leaves them behind. It would create them itself,
//! without tags and without an end to what they keep: they are created before the jobs, and deleted after them.
//!
//! Glue gives no other job a log group of its own (AWS Glue developer guide, "Logging for AWS Glue jobs"): a pythonshell job
//! logs into `/aws-glue/python-jobs/`, where all those of an account do. `log.rs` removes its streams there.

use strata_aws::Error;
use strata_aws::tags::Tags;
use strata_layer::log_groups::{Found, LogGroups, Props};
use strata_layer::{Context, Desired, Observed, Resource, async_trait};
use strata_state::layers::jobs::Engine;

pub(crate) struct LogGroup(pub(crate) LogGroups);

/// What Glue puts behind the prefix that it is given: what it logs itself, and what scripts print.
pub(crate) const LOGS: [&str; 2] = ["error", "output"];

/// The name of one of the two, by rule, so that it is found without a document, too.
pub(crate) fn name(cx: &Context, log: &str) -> String {
    format!("{}/{log}", cx.doc.pipeline.job_logs())
}

#[async_trait]
impl Resource for LogGroup {
    const KIND: &'static str = "log-group";
    const LABEL: &'static str = "log groups";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let pipeline = &cx.doc.pipeline;
        let jobs = pipeline.jobs();
        let is_spark = pipeline.transforms.iter().any(|transform| jobs.engine(transform) == Engine::Spark);
        // What Spark jobs have written is kept as long as it was promised, also when there are none any more.
        let is_wanted = |log: &&str| is_spark || cx.one::<Self>(log).is_some();
        let props = Props { retention_days: Some(jobs.log_days) };
        let desired = |log| Desired::new(log, name(cx, log), props.clone());
        Ok(LOGS.into_iter().filter(is_wanted).map(desired).collect())
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let prefix = name(cx, "");
        // Another pipeline's prefix may start like ours.
        let log = |name: &str| LOGS.into_iter().find(|log| name.strip_prefix(&prefix) == Some(*log));
        let found = self.0.find(cx, &prefix, |name| log(name).is_some()).await?;
        let observe = |group: Found| {
            let observed = Observed::new(log(&group.name).unwrap_or_default(), &group.name, group.props);
            // A run that ends after its group was deleted has Glue create it again, without any tags.
            let is_glues = group.tags.is_empty();
            if is_glues { Observed { tags: Some(group.tags), ..observed } } else { observed.tagged(cx, group.tags) }
        };
        Ok(found.into_iter().map(observe).collect())
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
