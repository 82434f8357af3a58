//! DeleteObject and DeleteObjects.

use axum::response::Response;
use serde::Deserialize;

use super::call::{Call, LARGEST_DOCUMENT};
use crate::error::{Error, Result};
use crate::headers::condition::Write;
use crate::protocol::{Incoming, Reply, Wanted, Xml, document, xml};
use crate::store::Deleted;

pub(super) fn one(call: &Call) -> Result<Response> {
    let Call { request, bucket, .. } = call;
    let conditions = Write::only(&request.key, request.header("if-match"));
    check_version(request.version())?;
    let deleted = bucket.delete(&request.key, request.version(), |found| conditions.check(found))?;
    let mut reply = Reply::new(204).with_some("x-amz-version-id", deleted.version.as_deref());
    if deleted.marker {
        reply = reply.with("x-amz-delete-marker", "true");
    }
    Ok(reply.end())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    #[serde(default, rename = "Object")]
    objects: Vec<Named>,
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    key: String,
    version_id: Option<String>,
    #[serde(rename = "ETag")]
    etag: Option<String>,
}

pub(super) async fn many(call: &Call<'_>, body: &mut Incoming) -> Result<Response> {
    let Call { request, bucket, .. } = call;
    let wanted = Wanted::of(request)?;
    if !wanted.is_guarded() {
        let why = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(Error::request(why));
    }
    let body = document(body.take(), &wanted, LARGEST_DOCUMENT).await?;
    let wish: Delete = xml::read(&body)?;
    let malformed = wish.objects.is_empty() || wish.objects.len() > 1000;
    if malformed || !wish.objects.iter().all(|named| xml::is_text(&named.key)) {
        return Err(Error::malformed_xml());
    }
    let what = wish.objects.iter().map(|named| {
        let version = named.version_id.as_deref().filter(|id| !id.is_empty());
        let conditions = Write::only(&named.key, named.etag.as_deref());
        let check = move |found: Option<&_>| check_version(version).and_then(|()| conditions.check(found));
        (named.key.as_str(), version, check)
    });
    let answers = bucket.delete_many(what)?;
    let mut xml = Xml::new("DeleteResult");
    for (named, answer) in wish.objects.iter().zip(answers) {
        let version = named.version_id.as_deref().filter(|id| !id.is_empty());
        match answer {
            Ok(_) if wish.quiet => {}
            Ok(deleted) => show(&mut xml, &named.key, version, &deleted),
            Err(why) => {
                xml.open("Error").add("Key", &named.key).add_some("VersionId", version);
                xml.add("Code", why.code).add("Message", why.message).close("Error");
            }
        }
    }
    Ok(Reply::xml(xml).end())
}

fn show(xml: &mut Xml, key: &str, version: Option<&str>, deleted: &Deleted) {
    xml.open("Deleted").add("Key", key).add_some("VersionId", version);
    if deleted.marker {
        xml.add("DeleteMarker", "true").add_some("DeleteMarkerVersionId", deleted.version.as_ref());
    }
    xml.close("Deleted");
}

/// An id that no version can have.
fn check_version(version: Option<&str>) -> Result<()> {
    match version.filter(|id| !crate::store::is_version_id(id)) {
        Some(id) => Err(Error::argument("versionId", id, "Invalid version id specified")),
        None => Ok(()),
    }
}
