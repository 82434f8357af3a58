//! What every Glue resource needs, in `catalog` and in `jobs`: whose it is, setting tags later, and the role that runs it.

use aws_sdk_glue::Client;
use std::collections::HashMap;
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_layer::{Context, Desired, Promise, Resource};
use strata_state::{layers::iam, roles};

/// The tags that a list of ours is filtered by.
#[must_use]
pub fn ours(cx: &Context) -> HashMap<String, String> {
    let pipeline = &cx.doc.pipeline;
    [(tags::PIPELINE, pipeline.name.as_str()), (tags::ENV, pipeline.env.as_str()), (tags::LAYER, cx.layer)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// Tags for the create call itself.
#[must_use]
pub fn tags_for<R: Resource>(cx: &Context, desired: &Desired<R::Props>) -> HashMap<String, String> {
    cx.tags_of::<R>(desired).into_iter().collect()
}

/// One of the kind `R` called `name`, as its ARN ends: `job/<name>`. Glue calls its kinds in ARNs as strata does.
fn resource<R: Resource>(name: &str) -> String {
    format!("{}/{name}", R::KIND)
}

/// The tags of one of the kind `R`; None when it is gone.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn tags_of<R: Resource>(glue: &Client, cx: &Context, name: &str) -> Result<Option<Tags>, Error> {
    let resource = resource::<R>(name);
    let call = glue.get_tags().resource_arn(cx.session.arn("glue", &resource));
    match call.send().await.during(|| format!("reading the tags of {resource}")) {
        Ok(answer) => Ok(Some(answer.tags.unwrap_or_default().into_iter().collect())),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Refuse those of the kind `R` that are there and are not ours: to start one would be to start another owner's.
///
/// # Errors
/// When one is not ours, or AWS cannot be asked.
pub async fn only_ours<R: Resource>(glue: &Client, cx: &Context, names: &[String]) -> Result<(), Error> {
    for name in names {
        let doing = format!("starting {} {name}", R::KIND);
        let mut waiting = Waiting::new(&doing, Pace::seconds(2, 30), &cx.cancel);
        let tags = loop {
            let look = tags_of::<R>(glue, cx, name).await.map(Poll::Ready);
            if let Some(tags) = waiting.after(look).await? {
                break tags;
            }
        };
        if let Some(tags) = tags.filter(|tags| !tags::is_ours(tags, &cx.doc.pipeline)) {
            let message = format!("it belongs to {}; nothing was started", tags::owner(&tags));
            return Err(Error::failed(doing, message));
        }
    }
    Ok(())
}

/// Set all tags of one of the kind `R` that lost some.
///
/// # Errors
/// When AWS refuses.
pub async fn retag<R: Resource>(glue: &Client, cx: &Context, name: &str, tags: &Tags) -> Result<(), Error> {
    let resource = resource::<R>(name);
    let call = glue.tag_resource().resource_arn(cx.session.arn("glue", &resource));
    let call = call.set_tags_to_add(Some(tags.clone().into_iter().collect()));
    call.send().await.during(|| format!("tagging {resource}")).map(drop)
}

/// The ARN of the role that `iam` made for Glue.
#[must_use]
pub fn role_arn(cx: &Context) -> Promise {
    let arn = cx.doc.iam.as_ref().and_then(|iam| iam.role_arns.get(roles::GLUE).cloned());
    Promise::of(arn, iam::LAYER.name)
}

/// The role by its name: an ARN and a name are the same to Glue, and it answers with the name.
#[must_use]
pub fn role(cx: &Context) -> Promise {
    role_arn(cx).map(|arn| role_name(&arn).to_owned())
}

/// The name in an ARN of a role, or the name itself.
#[must_use]
pub fn role_name(role: &str) -> &str {
    role.split_once(":role/").map_or(role, |(_, name)| name)
}
