//! What every EC2 resource needs: tags in EC2's form, the filter that finds ours, and setting tags later.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use std::time::{SystemTime, UNIX_EPOCH};
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Resource};

/// Filters for what carries the tags of this pipeline, environment and layer.
pub(crate) fn ours(cx: &Context) -> Vec<Filter> {
    let pipeline = &cx.doc.pipeline;
    [(tags::PIPELINE, pipeline.name.as_str()), (tags::ENV, pipeline.env.as_str()), (tags::LAYER, cx.layer)]
        .map(|(key, value)| filter(&format!("tag:{key}"), value))
        .to_vec()
}

/// One filter.
pub(crate) fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// Tags for the create call itself.
pub(crate) fn specification<R: Resource>(
    cx: &Context,
    desired: &Desired<R::Props>,
    resource: ResourceType,
) -> TagSpecification {
    TagSpecification::builder().resource_type(resource).set_tags(Some(to_ec2(&cx.tags_of::<R>(desired)))).build()
}

/// The same with the moment of asking, for what EC2 would make twice: of two, the older one stays. Not for calls with a
/// token: they have to be the same each time.
pub(crate) fn dated_specification<R: Resource>(
    cx: &Context,
    desired: &Desired<R::Props>,
    resource: ResourceType,
) -> TagSpecification {
    let mut tags = cx.tags_of::<R>(desired);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // As many digits each time, so that the texts sort as the moments do.
    tags.insert(tags::CREATED.into(), format!("{:020}", now.as_micros()));
    TagSpecification::builder().resource_type(resource).set_tags(Some(to_ec2(&tags))).build()
}

/// Tags as EC2 answers them.
pub(crate) fn from_ec2(tags: &[Tag]) -> Tags {
    let pair = |tag: &Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    tags.iter().filter_map(pair).collect()
}

fn to_ec2(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// Set all tags of a resource that lost some.
pub(crate) async fn retag<R: Resource>(ec2: &Client, physical: &str, tags: &Tags) -> Result<(), Error> {
    let call = ec2.create_tags().resources(physical).set_tags(Some(to_ec2(tags)));
    call.send().await.during(|| format!("tagging {} {physical}", R::KIND)).map(drop)
}
