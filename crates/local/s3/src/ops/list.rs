//! ListObjects and ListObjectsV2.

use axum::response::Response;

use super::call::Call;
use super::page::{self, Keys};
use crate::error::Result;
use crate::protocol::{Reply, Xml};
use crate::store::{Item, Page, Query};
use crate::time;

/// What both forms ask for.
fn query(call: &Call) -> Result<Query> {
    Ok(Query {
        prefix: call.request.query("prefix").unwrap_or_default().to_string(),
        delimiter: call.request.given("delimiter").map(str::to_string),
        max: call.request.max("max-keys")?,
        ..Query::default()
    })
}

pub(super) fn first(call: &Call) -> Result<Response> {
    let keys = Keys::of(call.request)?;
    let mut query = query(call)?;
    query.after = call.request.given("marker").map(str::to_string);
    query.after_folder = is_folder(&query);
    let page = call.bucket.list(&query);
    let mut xml = Xml::new("ListBucketResult");
    xml.add("Name", &call.request.bucket).add("Prefix", keys.show(&query.prefix));
    xml.add("Marker", keys.show(query.after.as_deref().unwrap_or_default()));
    // Without a delimiter a client goes on after the last key.
    if let Some(last) = page.items.last().filter(|_| page.truncated && query.delimiter.is_some()) {
        xml.add("NextMarker", keys.show(last.name()));
    }
    end(xml, &keys, &query, page, true)
}

pub(super) fn second(call: &Call) -> Result<Response> {
    let keys = Keys::of(call.request)?;
    let mut query = query(call)?;
    let (start, token) = (call.request.given("start-after"), call.request.given("continuation-token"));
    query.after = start.map(str::to_string);
    if let Some(token) = token {
        let (after, folder) = page::after(token)?;
        (query.after, query.after_folder) = (Some(after), folder);
    }
    let page = call.bucket.list(&query);
    let mut xml = Xml::new("ListBucketResult");
    xml.add("Name", &call.request.bucket).add("Prefix", keys.show(&query.prefix));
    xml.add_some("StartAfter", keys.show_some(start)).add_some("ContinuationToken", token);
    xml.show("KeyCount", page.items.len());
    if let Some(last) = page.items.last().filter(|_| page.truncated) {
        xml.add("NextContinuationToken", page::token(last));
    }
    let owners = call.request.query("fetch-owner") == Some("true");
    end(xml, &keys, &query, page, owners)
}

/// A marker that is a folder covers all that is in it.
pub(super) fn is_folder(query: &Query) -> bool {
    let rest = query.after.as_deref().and_then(|after| after.strip_prefix(query.prefix.as_str()));
    match (rest, &query.delimiter) {
        (Some(rest), Some(delimiter)) => rest.find(delimiter).is_some_and(|at| at + delimiter.len() == rest.len()),
        _ => false,
    }
}

fn end(mut xml: Xml, keys: &Keys, query: &Query, page: Page, owners: bool) -> Result<Response> {
    xml.show("MaxKeys", query.max).add_some("Delimiter", keys.show_some(query.delimiter.as_deref()));
    keys.name(&mut xml);
    xml.show("IsTruncated", page.truncated);
    for item in page.items {
        match item {
            Item::Folder(name) => page::folder(&mut xml, keys.show(&name)),
            Item::Version { key, version, .. } => {
                let Some(object) = &version.object else { continue };
                xml.open("Contents").add("Key", keys.show(&key));
                xml.add("LastModified", time::iso(version.modified)).etag(&object.etag);
                if let Some(checksum) = &object.checksum {
                    xml.add("ChecksumAlgorithm", checksum.algorithm.name());
                    xml.add("ChecksumType", if checksum.composite { "COMPOSITE" } else { "FULL_OBJECT" });
                }
                xml.show("Size", object.size);
                if owners {
                    page::owner(&mut xml, "Owner");
                }
                xml.add("StorageClass", object.header("x-amz-storage-class").unwrap_or("STANDARD")).close("Contents");
            }
        }
    }
    Ok(Reply::xml(xml).end())
}
