//! The Athena workgroup: where results go, that they are encrypted, and how much one query may scan at most.

use aws_sdk_athena::Client;
use aws_sdk_athena::types::{
    self, EncryptionConfiguration, EncryptionOption, EngineVersion, ResultConfiguration, ResultConfigurationUpdates,
    Tag, WorkGroupConfiguration, WorkGroupConfigurationUpdates, WorkGroupState,
};
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct Workgroup(pub(crate) Client);

/// The name of the pipeline's workgroup.
pub(crate) fn name(cx: &Context) -> String {
    cx.name(Kind::Workgroup, "athena")
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
    EngineVersion::builder().selected_engine_version("AUTO").build()
}

fn tag_list(cx: &Context, wish: &Wish) -> Vec<Tag> {
    let tags = cx.tags("workgroup", &wish.id, &wish.name);
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

impl Workgroup {
    async fn look(&self, cx: &Context, name: &str) -> Result<Option<Live>, Error> {
        let answer = self.0.get_work_group().work_group(name).send().await;
        let group = match answer.during(|| format!("looking at workgroup {name}")) {
            Ok(answer) => answer.work_group,
            // Athena has no code of its own for what does not exist.
            Err(error) if error.message.contains("is not found") => None,
            Err(error) => return Err(error),
        };
        let Some(group) = group else { return Ok(None) };
        let arn = cx.session.arn("athena", &format!("workgroup/{name}"));
        let mut pages = self.0.list_tags_for_resource().resource_arn(arn).into_paginator().items().send();
        let mut tags = Tags::new();
        while let Some(tag) = pages.next().await {
            let tag = tag.during(|| format!("reading the tags of workgroup {name}"))?;
            tags.insert(tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        }
        Ok(Some(live(&group).tagged(cx, tags)))
    }
}

#[async_trait]
impl Untyped for Workgroup {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wish = Wish::new("athena", name(cx))
            .prop("description", description(cx))
            .prop("state", WorkGroupState::Enabled.as_str())
            .prop("output", format!("s3://{}/athena-results/", cx.bucket()))
            .prop("encryption", EncryptionOption::SseS3.as_str())
            .prop("scan_limit_bytes", cx.doc.pipeline.catalog().scan_limit_bytes)
            .prop("enforced", true)
            .prop("metrics", true)
            .prop("engine", "AUTO");
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let (wished, description) = (name(cx), description(cx));
        let mut names = Vec::new();
        let mut pages = self.0.list_work_groups().into_paginator().send();
        while let Some(page) = pages.next().await {
            for group in page.during(|| "listing workgroups".into())?.work_groups.unwrap_or_default() {
                let name = group.name.unwrap_or_default();
                if name == wished || group.description.as_deref() == Some(&description) {
                    names.push(name);
                }
            }
        }
        let mut lives = Vec::new();
        for name in names {
            lives.extend(self.look(cx, &name).await?);
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let doing = format!("creating workgroup {}", wish.name);
        let result = ResultConfiguration::builder()
            .output_location(wish.text("output"))
            .encryption_configuration(encryption(&doing)?)
            .build();
        let configuration = WorkGroupConfiguration::builder()
            .result_configuration(result)
            .bytes_scanned_cutoff_per_query(wish.number("scan_limit_bytes"))
            .enforce_work_group_configuration(true)
            .publish_cloud_watch_metrics_enabled(true)
            .engine_version(engine())
            .build();
        let call = self
            .0
            .create_work_group()
            .name(&wish.name)
            .description(wish.text("description"))
            .configuration(configuration)
            .set_tags(Some(tag_list(cx, wish)));
        call.send().await.during(|| doing).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let name = &live.physical;
        if changes.iter().any(|change| change.field != "tags") {
            let doing = format!("updating workgroup {name}");
            let result = ResultConfigurationUpdates::builder()
                .output_location(wish.text("output"))
                .encryption_configuration(encryption(&doing)?)
                .build();
            let configuration = WorkGroupConfigurationUpdates::builder()
                .result_configuration_updates(result)
                .bytes_scanned_cutoff_per_query(wish.number("scan_limit_bytes"))
                .enforce_work_group_configuration(true)
                .publish_cloud_watch_metrics_enabled(true)
                .engine_version(engine())
                .build();
            let call = self
                .0
                .update_work_group()
                .work_group(name)
                .description(wish.text("description"))
                .state(WorkGroupState::Enabled)
                .configuration_updates(configuration);
            call.send().await.during(|| doing)?;
        }
        if changes.iter().any(|change| change.field == "tags") {
            let arn = cx.session.arn("athena", &format!("workgroup/{name}"));
            let call = self.0.tag_resource().resource_arn(arn).set_tags(Some(tag_list(cx, wish)));
            call.send().await.during(|| format!("tagging workgroup {name}"))?;
        }
        Ok(())
    }

    /// With its queries and their history; the result files are in the bucket and go with it.
    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
        let call = self.0.delete_work_group().work_group(name).recursive_delete_option(true);
        call.send().await.during(|| format!("removing workgroup {name}")).map(drop)
    }
}

fn live(group: &types::WorkGroup) -> Live {
    let configuration = group.configuration();
    let result = configuration.and_then(WorkGroupConfiguration::result_configuration);
    let encryption = result.and_then(ResultConfiguration::encryption_configuration);
    let engine = configuration.and_then(WorkGroupConfiguration::engine_version);
    Live::new("athena", group.name())
        .prop("description", group.description())
        .prop("state", group.state().map(WorkGroupState::as_str))
        .prop("output", result.and_then(ResultConfiguration::output_location))
        .prop("encryption", encryption.map(|encryption| encryption.encryption_option().as_str()))
        .prop("scan_limit_bytes", configuration.and_then(WorkGroupConfiguration::bytes_scanned_cutoff_per_query))
        .prop("enforced", configuration.and_then(WorkGroupConfiguration::enforce_work_group_configuration))
        .prop("metrics", configuration.and_then(WorkGroupConfiguration::publish_cloud_watch_metrics_enabled))
        .prop("engine", engine.and_then(EngineVersion::selected_engine_version))
}
