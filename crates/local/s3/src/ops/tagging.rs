//! Tags of an object.

use axum::response::Response;
use serde::Deserialize;

use super::call::{Call, LARGEST_DOCUMENT};
use crate::error::Result;
use crate::headers::metadata;
use crate::protocol::{Incoming, Reply, Wanted, Xml, document, xml};
use crate::store::{Pairs, Version, Versioning};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tagging {
    tag_set: TagSet,
}

#[derive(Deserialize)]
struct TagSet {
    #[serde(default, rename = "Tag")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

pub(super) fn get(call: &Call) -> Result<Response> {
    let found = call.bucket.find(&call.request.key, call.request.version())?;
    let mut xml = Xml::new("Tagging");
    xml.open("TagSet");
    for (key, value) in &found.object().tags {
        xml.open("Tag").add("Key", key).add("Value", value).close("Tag");
    }
    xml.close("TagSet");
    Ok(named(call, Reply::xml(xml), &found.version))
}

pub(super) async fn put(call: &Call<'_>, body: &mut Incoming) -> Result<Response> {
    let wanted = Wanted::of(call.request)?;
    let body = document(body.take(), &wanted, LARGEST_DOCUMENT).await?;
    let tagging: Tagging = xml::read(&body)?;
    let tags: Pairs = tagging.tag_set.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    metadata::check_tags(&tags)?;
    let version = call.bucket.tag(&call.request.key, call.request.version(), tags)?;
    Ok(named(call, Reply::new(200), &version))
}

pub(super) fn delete(call: &Call) -> Result<Response> {
    let version = call.bucket.tag(&call.request.key, call.request.version(), Pairs::new())?;
    Ok(named(call, Reply::new(204), &version))
}

fn named(call: &Call, reply: Reply, version: &Version) -> Response {
    match call.bucket.versioning() {
        Versioning::Never => reply.end(),
        _ => reply.with("x-amz-version-id", version.id()).end(),
    }
}
