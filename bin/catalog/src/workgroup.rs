//! The Athena workgroup: where results go, that they are encrypted, and how much one query may scan at most.

use crate::refusal::{Refusal, refusal};
use aws_sdk_athena::Client;
use aws_sdk_athena::types::{
    self, EncryptionConfiguration, EncryptionOption, EngineVersion, ResultConfiguration, ResultConfigurationUpdates,
    Tag, WorkGroupConfiguration, WorkGroupConfigurationUpdates, WorkGroupState,
};
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::Kind;

pub(crate) struct Workgroup(pub(crate) Client);

props! {
    /// What a workgroup is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// What the console shows, and what tells ours among all.
            description: Option<String>,
            /// Whether queries are run.
            state: Option<String>,
            /// Where results go.
            output: Option<String>,
            /// How results are encrypted.
            encryption: Option<String>,
            /// The most that one query may scan, in bytes.
            scan_limit_bytes: Option<i64>,
            /// Whether a query may choose another output.
            enforced: Option<bool>,
            /// Whether CloudWatch gets metrics.
            metrics: Option<bool>,
            /// The version of Athena.
            engine: Option<String>,
        }
    }
}

/// The version that AWS chooses, and moves.
const ENGINE: &str = "AUTO";

/// There is one for each pipeline.
const ID: &str = "athena";

/// The name of the pipeline's workgroup.
pub(crate) fn name(cx: &Context) -> String {
    cx.name(Kind::Workgroup, ID)
}

fn arn(cx: &Context, name: &str) -> String {
    cx.session.arn("athena", &format!("workgroup/{name}"))
}

/// Workgroups are listed without tags; the description tells which of them to ask.
fn description(cx: &Context) -> String {
    format!("Queries of pipeline {}, env {}", cx.doc.pipeline.name, cx.doc.pipeline.env)
}

fn encryption(doing: &str) -> Result<EncryptionConfiguration, Error> {
    let built = EncryptionConfiguration::builder().encryption_option(EncryptionOption::SseS3).build();
    built.map_err(|error| Error::failed(doing, error.to_string()))
}

fn engine() -> EngineVersion {
    EngineVersion::builder().selected_engine_version(ENGINE).build()
}

fn tag_list(tags: Tags) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

impl Workgroup {
    async fn look(&self, cx: &Context, name: &str) -> Result<Option<Observed<Props>>, Error> {
        let answer = self.0.get_work_group().work_group(name).send().await;
        let group = match answer.during(|| format!("looking at workgroup {name}")) {
            Ok(answer) => answer.work_group,
            Err(error) if refusal(&error) == Refusal::NoWorkgroup => None,
            Err(error) => return Err(error),
        };
        let Some(group) = group else { return Ok(None) };
        let mut pages = self.0.list_tags_for_resource().resource_arn(arn(cx, name)).into_paginator().items().send();
        let mut tags = Tags::new();
        while let Some(tag) = pages.next().await {
            let tag = tag.during(|| format!("reading the tags of workgroup {name}"))?;
            tags.insert(tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        }
        Ok(Some(Observed::new(ID, name, Props::of_group(&group)).tagged(cx, tags)))
    }
}

#[async_trait]
impl Resource for Workgroup {
    const KIND: &'static str = "workgroup";
    const LABEL: &'static str = "Athena workgroups";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let props = Props {
            description: Some(description(cx)),
            state: Some(WorkGroupState::Enabled.as_str().into()),
            output: Some(format!("s3://{}/athena-results/", cx.bucket())),
            encryption: Some(EncryptionOption::SseS3.as_str().into()),
            scan_limit_bytes: Some(cx.doc.pipeline.catalog().scan_limit_bytes),
            enforced: Some(true),
            metrics: Some(true),
            engine: Some(ENGINE.into()),
        };
        Ok(vec![Desired::new(ID, name(cx), props)])
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let (wanted, description) = (name(cx), description(cx));
        let mut names = Vec::new();
        let mut pages = self.0.list_work_groups().into_paginator().send();
        while let Some(page) = pages.next().await {
            for group in page.during(|| "listing workgroups".into())?.work_groups.unwrap_or_default() {
                let name = group.name.unwrap_or_default();
                if name == wanted || group.description.as_deref() == Some(&description) {
                    names.push(name);
                }
            }
        }
        let mut found = Vec::new();
        for name in names {
            found.extend(self.look(cx, &name).await?);
        }
        Ok(found)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let doing = format!("creating workgroup {}", desired.name);
        let props = &desired.props;
        let result = ResultConfiguration::builder()
            .set_output_location(props.output.clone())
            .encryption_configuration(encryption(&doing)?)
            .build();
        let configuration = WorkGroupConfiguration::builder()
            .result_configuration(result)
            .set_bytes_scanned_cutoff_per_query(props.scan_limit_bytes)
            .set_enforce_work_group_configuration(props.enforced)
            .set_publish_cloud_watch_metrics_enabled(props.metrics)
            .engine_version(engine())
            .build();
        let call = self
            .0
            .create_work_group()
            .name(&desired.name)
            .set_description(props.description.clone())
            .configuration(configuration)
            .set_tags(Some(tag_list(cx.tags_of::<Self>(desired))));
        call.send().await.during(|| doing).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, props) = (&observed.physical, &desired.props);
        let doing = format!("updating workgroup {name}");
        let result = ResultConfigurationUpdates::builder()
            .set_output_location(props.output.clone())
            .encryption_configuration(encryption(&doing)?)
            .build();
        let configuration = WorkGroupConfigurationUpdates::builder()
            .result_configuration_updates(result)
            .set_bytes_scanned_cutoff_per_query(props.scan_limit_bytes)
            .set_enforce_work_group_configuration(props.enforced)
            .set_publish_cloud_watch_metrics_enabled(props.metrics)
            .engine_version(engine())
            .build();
        let call = self
            .0
            .update_work_group()
            .work_group(name)
            .set_description(props.description.clone())
            .state(WorkGroupState::Enabled)
            .configuration_updates(configuration);
        call.send().await.during(|| doing).map(drop)
    }

    async fn retag(&self, cx: &Context, observed: &Observed<Props>, tags: &Tags) -> Result<(), Error> {
        let name = &observed.physical;
        let call = self.0.tag_resource().resource_arn(arn(cx, name)).set_tags(Some(tag_list(tags.clone())));
        call.send().await.during(|| format!("tagging workgroup {name}")).map(drop)
    }

    /// With its queries and their history; the result files are in the bucket and go with it.
    async fn delete(&self, _: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        let name = &observed.physical;
        let call = self.0.delete_work_group().work_group(name).recursive_delete_option(true);
        call.send().await.during(|| format!("removing workgroup {name}")).map(drop)
    }
}

impl Props {
    fn of_group(group: &types::WorkGroup) -> Self {
        let configuration = group.configuration();
        let result = configuration.and_then(WorkGroupConfiguration::result_configuration);
        let encryption = result.and_then(ResultConfiguration::encryption_configuration);
        let engine = configuration.and_then(WorkGroupConfiguration::engine_version);
        Self {
            description: group.description().map(str::to_owned),
            state: group.state().map(|state| state.as_str().to_owned()),
            output: result.and_then(ResultConfiguration::output_location).map(str::to_owned),
            encryption: encryption.map(|encryption| encryption.encryption_option().as_str().to_owned()),
            scan_limit_bytes: configuration.and_then(WorkGroupConfiguration::bytes_scanned_cutoff_per_query),
            enforced: configuration.and_then(WorkGroupConfiguration::enforce_work_group_configuration),
            metrics: configuration.and_then(WorkGroupConfiguration::publish_cloud_watch_metrics_enabled),
            engine: engine.and_then(EngineVersion::selected_engine_version).map(str::to_owned),
        }
    }
}
