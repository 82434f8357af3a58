//! ListObjectVersions.

use axum::response::Response;

use super::call::Call;
use super::list::is_folder;
use super::page::{self, Keys};
use crate::error::{Error, Result};
use crate::protocol::{Reply, Xml};
use crate::store::{Item, Query};
use crate::time;

pub(super) fn list(call: &Call) -> Result<Response> {
    let request = call.request;
    let keys = Keys::of(request)?;
    let mut query = Query {
        prefix: request.query("prefix").unwrap_or_default().to_string(),
        delimiter: request.given("delimiter").map(str::to_string),
        after: request.given("key-marker").map(str::to_string),
        after_version: request.given("version-id-marker").map(str::to_string),
        max: request.max("max-keys")?,
        all_versions: true,
        ..Query::default()
    };
    if query.after.is_none() && query.after_version.is_some() {
        let why = "A version-id marker cannot be specified without a key marker.";
        return Err(Error::argument("version-id-marker", query.after_version.as_deref().unwrap_or_default(), why));
    }
    query.after_folder = is_folder(&query);
    let page = call.bucket.list(&query);
    let mut xml = Xml::new("ListVersionsResult");
    xml.add("Name", &request.bucket).add("Prefix", keys.show(&query.prefix));
    xml.add("KeyMarker", keys.show(query.after.as_deref().unwrap_or_default()));
    xml.add("VersionIdMarker", query.after_version.as_deref().unwrap_or_default());
    if let Some(last) = page.items.last().filter(|_| page.truncated) {
        xml.add("NextKeyMarker", keys.show(last.name()));
        if let Item::Version { version, .. } = last {
            xml.add("NextVersionIdMarker", version.id());
        }
    }
    xml.show("MaxKeys", query.max).add_some("Delimiter", keys.show_some(query.delimiter.as_deref()));
    keys.name(&mut xml);
    xml.show("IsTruncated", page.truncated);
    for item in page.items {
        match item {
            Item::Folder(name) => page::folder(&mut xml, keys.show(&name)),
            Item::Version { key, version, latest } => {
                let element = if version.object.is_some() { "Version" } else { "DeleteMarker" };
                xml.open(element).add("Key", keys.show(&key)).add("VersionId", version.id());
                xml.show("IsLatest", latest).add("LastModified", time::iso(version.modified));
                if let Some(object) = &version.object {
                    xml.etag(&object.etag).show("Size", object.size);
                    if let Some(checksum) = &object.checksum {
                        xml.add("ChecksumAlgorithm", checksum.algorithm.name());
                    }
                    xml.add("StorageClass", object.header("x-amz-storage-class").unwrap_or("STANDARD"));
                }
                page::owner(&mut xml, "Owner");
                xml.close(element);
            }
        }
    }
    Ok(Reply::xml(xml).end())
}
