//! What every Glue resource needs, in `catalog` and in `jobs`: whose it is, setting tags later, and the role that runs it.

use aws_sdk_glue::Client;
use serde_json::Value;
use std::collections::HashMap;
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_layer::{Context, Live, Wish, later};

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
pub fn tags_for(cx: &Context, kind: &str, wish: &Wish) -> HashMap<String, String> {
    cx.tags(kind, &wish.id, &wish.name).into_iter().collect()
}

/// The tags of a resource such as `job/<name>`; None when it is gone.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn tags_of(glue: &Client, cx: &Context, resource: &str) -> Result<Option<Tags>, Error> {
    let call = glue.get_tags().resource_arn(cx.session.arn("glue", resource));
    match call.send().await.during(|| format!("reading the tags of {resource}")) {
        Ok(answer) => Ok(Some(answer.tags.unwrap_or_default().into_iter().collect())),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Refuse things of a kind (`job`, `crawler`) that are there and are not ours: to start one would be to start somebody
/// else's.
///
/// # Errors
/// When one is not ours, or AWS cannot be asked.
pub async fn only_ours(glue: &Client, cx: &Context, kind: &str, names: &[String]) -> Result<(), Error> {
    for name in names {
        let doing = format!("starting {kind} {name}");
        let resource = format!("{kind}/{name}");
        let mut waiting = Waiting::new(&doing, Pace::seconds(2, 30), &cx.cancel);
        let tags = loop {
            let look = tags_of(glue, cx, &resource).await.map(Poll::Ready);
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

/// Set all tags of a resource that lost some.
///
/// # Errors
/// When AWS refuses.
pub async fn retag(glue: &Client, cx: &Context, kind: &str, live: &Live, wish: &Wish) -> Result<(), Error> {
    let resource = format!("{kind}/{}", live.physical);
    let call = glue.tag_resource().resource_arn(cx.session.arn("glue", &resource));
    let call = call.set_tags_to_add(Some(tags_for(cx, kind, wish)));
    call.send().await.during(|| format!("tagging {resource}")).map(drop)
}

/// The ARN of the role that `iam` made for Glue.
#[must_use]
pub fn role_arn(cx: &Context) -> Option<&String> {
    cx.doc.iam.as_ref()?.role_arns.get("glue")
}

/// The role by its name: an ARN and a name are the same to Glue, and it answers with the name.
#[must_use]
pub fn role(cx: &Context) -> Value {
    role_arn(cx).map_or_else(|| later("iam"), |arn| role_name(arn).into())
}

/// The name in an ARN of a role, or the name itself.
#[must_use]
pub fn role_name(role: &str) -> &str {
    role.split_once(":role/").map_or(role, |(_, name)| name)
}
