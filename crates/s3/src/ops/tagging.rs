//! Tags of an object.

use axum::response::Response;
use serde::Deserialize;

use super::{LARGEST_DOCUMENT, On};
use crate::Rest;
use crate::body::{Wanted, document};
use crate::error::Result;
use crate::meta;
use crate::reply::Reply;
use crate::store::{Pairs, Version, Versioning};
use crate::xml::{self, Xml};

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

pub(super) fn get(on: &On) -> Result<Response> {
    let found = on.bucket.find(&on.ask.key, on.ask.version())?;
    let mut xml = Xml::new("Tagging");
    xml.open("TagSet");
    for (key, value) in &found.object().tags {
        xml.open("Tag").add("Key", key).add("Value", value).close("Tag");
    }
    xml.close("TagSet");
    Ok(named(on, Reply::xml(xml), &found.version))
}

pub(super) async fn put(on: &On<'_>, body: &mut Rest) -> Result<Response> {
    let wanted = Wanted::of(on.ask)?;
    let body = document(body.take(), &wanted, LARGEST_DOCUMENT).await?;
    let tagging: Tagging = xml::read(&body)?;
    let tags: Pairs = tagging.tag_set.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    meta::check_tags(&tags)?;
    let version = on.bucket.tag(&on.ask.key, on.ask.version(), tags)?;
    Ok(named(on, Reply::new(200), &version))
}

pub(super) fn delete(on: &On) -> Result<Response> {
    let version = on.bucket.tag(&on.ask.key, on.ask.version(), Pairs::new())?;
    Ok(named(on, Reply::new(204), &version))
}

fn named(on: &On, reply: Reply, version: &Version) -> Response {
    match on.bucket.versioning() {
        Versioning::Never => reply.end(),
        _ => reply.with("x-amz-version-id", version.id()).end(),
    }
}
