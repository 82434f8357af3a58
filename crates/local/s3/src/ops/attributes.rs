//! GetObjectAttributes.

use axum::response::Response;

use super::call::Call;
use crate::checksum::Algorithm;
use crate::encryption::{self, customer};
use crate::error::{Error, Result};
use crate::protocol::{Reply, Xml, reply::checksum_elements};
use crate::store::Object;
use crate::time;

const KNOWN: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

pub(super) async fn get(call: &Call<'_>) -> Result<Response> {
    let Call { s3, request, bucket } = call;
    let lists = request.headers.get_all("x-amz-object-attributes").iter().filter_map(|list| list.to_str().ok());
    let wanted: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    if wanted.is_empty() {
        let why =
            "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty";
        return Err(Error::argument("x-amz-object-attributes", "", why));
    }
    if let Some(other) = wanted.iter().find(|name| !KNOWN.contains(name)) {
        return Err(Error::argument("x-amz-object-attributes", other, "Invalid attribute name specified."));
    }
    let found = bucket.find(&request.key, request.version())?;
    let object = found.object();
    let has = |name: &str| wanted.contains(&name);
    customer::check(request, customer::OWN, object)?;
    if has("Checksum") {
        encryption::check(&s3.settings, &request.bucket, &object.headers).await?;
    }
    let mut xml = Xml::new("GetObjectAttributesResponse");
    if has("ETag") {
        // Here it has no quotes.
        xml.add("ETag", &object.etag);
    }
    if has("Checksum") && object.checksum.is_some() {
        xml.open("Checksum");
        checksum_elements(&mut xml, object.checksum.as_ref());
        xml.close("Checksum");
    }
    if has("ObjectParts") && !object.parts.is_empty() {
        parts(call, &mut xml, object)?;
    }
    if has("StorageClass") {
        xml.add("StorageClass", object.header("x-amz-storage-class").unwrap_or("STANDARD"));
    }
    if has("ObjectSize") {
        xml.show("ObjectSize", object.size);
    }
    let reply = Reply::xml(xml).with("last-modified", &time::http(found.version.modified));
    Ok(reply.with_some("x-amz-version-id", found.named.then(|| found.version.id())).end())
}

/// Single parts are told only where they have checksums of the caller's choice.
fn parts(call: &Call, xml: &mut Xml, object: &Object) -> Result<()> {
    let number = |name: &'static str| match call.request.header(name) {
        None => Ok(None),
        Some(text) => text.parse::<u16>().map(Some).map_err(|_| Error::argument(name, text, "not an integer")),
    };
    let max = usize::from(number("x-amz-max-parts")?.unwrap_or(1000)).min(1000);
    let marker = number("x-amz-part-number-marker")?.unwrap_or(0);
    let mut left = object.parts.iter().filter(|part| part.number > marker);
    let shown: Vec<_> = left.by_ref().take(max).collect();
    xml.open("ObjectParts").show("PartsCount", object.parts.len());
    let algorithm = object.checksum.as_ref().map(|sum| sum.algorithm);
    if let Some(algorithm) = algorithm.filter(|_| object.parts.iter().all(|part| part.checksum.is_some())) {
        xml.show("PartNumberMarker", marker).show("NextPartNumberMarker", shown.last().map_or(0, |part| part.number));
        xml.show("MaxParts", max).show("IsTruncated", left.next().is_some());
        for part in shown {
            xml.open("Part").show("PartNumber", part.number).show("Size", part.size);
            xml.add_some(Algorithm::element(algorithm), part.checksum.as_ref()).close("Part");
        }
    }
    xml.close("ObjectParts");
    Ok(())
}
