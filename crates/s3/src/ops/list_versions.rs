//! ListObjectVersions.

use axum::response::Response;

use super::On;
use super::list::is_folder;
use super::page::{self, Keys};
use crate::error::{Error, Result};
use crate::reply::Reply;
use crate::store::{Item, Query};
use crate::time;
use crate::xml::Xml;

pub(super) fn list(on: &On) -> Result<Response> {
    let ask = on.ask;
    let keys = Keys::of(ask)?;
    let mut query = Query {
        prefix: ask.query("prefix").unwrap_or_default().to_string(),
        delimiter: ask.given("delimiter").map(str::to_string),
        after: ask.given("key-marker").map(str::to_string),
        after_version: ask.given("version-id-marker").map(str::to_string),
        max: ask.max("max-keys")?,
        all_versions: true,
        ..Query::default()
    };
    if query.after.is_none() && query.after_version.is_some() {
        let why = "A version-id marker cannot be specified without a key marker.";
        return Err(Error::argument("version-id-marker", query.after_version.as_deref().unwrap_or_default(), why));
    }
    query.after_folder = is_folder(&query);
    let page = on.bucket.list(&query);
    let mut xml = Xml::new("ListVersionsResult");
    xml.add("Name", &ask.bucket).add("Prefix", keys.show(&query.prefix));
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
