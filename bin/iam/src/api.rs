//! What the kinds of this layer share: where they are in IAM, and IAM's forms of tags, policies and documents.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::Context;
use strata_state::policy::{Values, normal, text};

/// The path of everything that belongs to this pipeline. IAM is global to an account, so the region is part of it; the path is
/// how ours are found.
pub(crate) fn path(cx: &Context) -> String {
    format!("/strata/{}/{}/{}/", cx.doc.pipeline.name, cx.doc.pipeline.env, cx.session.region)
}

pub(crate) fn to_iam(tags: &Tags) -> Result<Vec<Tag>, Error> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<Tag>, _> = tags.iter().map(tag).collect();
    tags.map_err(|error| Error::failed("writing tags", error.to_string()))
}

pub(crate) fn from_iam(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// The ARN of a managed policy, which AWS's own are named without.
pub(crate) fn policy_arn(cx: &Context, values: &Values, name: &str) -> Result<String, Error> {
    let filled = text(name, values).map_err(|why| Error::usage(format!("naming policy {name}"), why))?;
    let is_arn = filled.starts_with("arn:");
    Ok(if is_arn { filled } else { format!("arn:{}:iam::aws:policy/{filled}", cx.session.partition) })
}

/// The ARNs of several managed policies, in order.
pub(crate) fn policy_arns<'a>(
    cx: &Context,
    values: &Values,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<String>, Error> {
    let mut arns: Vec<String> = names.into_iter().map(|name| policy_arn(cx, values, name)).collect::<Result<_, _>>()?;
    arns.sort();
    arns.dedup();
    Ok(arns)
}

/// The boundary that the pipeline wants on every role.
pub(crate) fn boundary(cx: &Context, values: &Values) -> Result<Option<String>, Error> {
    cx.doc.pipeline.iam().boundary.as_deref().map(|name| policy_arn(cx, values, name)).transpose()
}

/// A document as IAM answers it: JSON, percent-encoded.
pub(crate) fn decode(document: &str) -> Value {
    let text = percent_decode_str(document).decode_utf8_lossy();
    serde_json::from_str(&text).map_or_else(|_| Value::String(text.into_owned()), normal)
}

/// The ARNs of the managed policies that are attached to a role, in order.
pub(crate) async fn attached(iam: &Client, role: &str) -> Result<Vec<String>, Error> {
    let mut pages = iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
    let mut arns = Vec::new();
    while let Some(policy) = pages.next().await {
        let policy = policy.during(|| format!("listing policies attached to role {role}"))?;
        arns.extend(policy.policy_arn().map(str::to_owned));
    }
    arns.sort();
    Ok(arns)
}

/// Attach a managed policy to a role.
pub(crate) async fn attach(iam: &Client, role: &str, arn: &str) -> Result<(), Error> {
    let call = iam.attach_role_policy().role_name(role).policy_arn(arn);
    call.send().await.during(|| format!("attaching {arn} to role {role}")).map(drop)
}
