//! ListParts.

use std::ops::Bound;

use axum::response::Response;

use super::call::Call;
use super::multipart::kind;
use super::page;
use crate::error::Result;
use crate::protocol::{Reply, Xml};
use crate::time;

pub(super) fn list(call: &Call) -> Result<Response> {
    let request = call.request;
    let upload = call.bucket.upload(&request.key, request.query("uploadId").unwrap_or_default())?;
    let max = request.max("max-parts")?;
    let marker = request.given("part-number-marker").and_then(|number| number.parse::<u16>().ok()).unwrap_or(0);
    let mut parts = upload.parts.range((Bound::Excluded(marker), Bound::Unbounded)).map(|(_, part)| part);
    let shown: Vec<_> = parts.by_ref().take(max).collect();
    let truncated = max > 0 && parts.next().is_some();
    let mut xml = Xml::new("ListPartsResult");
    xml.add("Bucket", &request.bucket).add("Key", &request.key).add("UploadId", &upload.id);
    page::owner(&mut xml, "Initiator");
    page::owner(&mut xml, "Owner");
    xml.add("StorageClass", storage_class(&upload.headers)).show("PartNumberMarker", marker);
    xml.show("NextPartNumberMarker", shown.last().map_or(0, |part| part.number));
    xml.show("MaxParts", max).show("IsTruncated", truncated);
    if upload.chosen {
        xml.add("ChecksumAlgorithm", upload.algorithm.name()).add("ChecksumType", kind(&upload));
    }
    for part in shown {
        xml.open("Part").show("PartNumber", part.number).add("LastModified", time::iso(part.modified));
        xml.etag(&part.etag).show("Size", part.size);
        if upload.chosen {
            xml.add(upload.algorithm.element(), &part.checksum);
        }
        xml.close("Part");
    }
    Ok(Reply::xml(xml).end())
}

/// The storage class among an upload's headers.
pub(super) fn storage_class(headers: &[(String, String)]) -> &str {
    let found = headers.iter().find(|(name, _)| name == "x-amz-storage-class");
    found.map_or("STANDARD", |(_, class)| class)
}
