//! ListMultipartUploads.

use axum::response::Response;

use super::call::Call;
use super::list_parts::storage_class;
use super::multipart::kind;
use super::page::{self, Keys};
use crate::error::Result;
use crate::protocol::{Reply, Xml};
use crate::store::{UploadItem, UploadQuery};
use crate::time;

pub(super) fn list(call: &Call) -> Result<Response> {
    let request = call.request;
    let keys = Keys::of(request)?;
    let after = request.given("key-marker").map(str::to_string);
    let query = UploadQuery {
        prefix: request.query("prefix").unwrap_or_default().to_string(),
        delimiter: request.given("delimiter").map(str::to_string),
        // Without a key it says nothing.
        after_id: request.given("upload-id-marker").filter(|_| after.is_some()).map(str::to_string),
        after,
        max: request.max("max-uploads")?,
    };
    let page = call.bucket.list_uploads(&query);
    let mut xml = Xml::new("ListMultipartUploadsResult");
    xml.add("Bucket", &request.bucket).add("KeyMarker", keys.show(query.after.as_deref().unwrap_or_default()));
    xml.add("UploadIdMarker", query.after_id.as_deref().unwrap_or_default());
    match page.items.last().filter(|_| page.truncated) {
        Some(UploadItem::Upload(last)) => {
            xml.add("NextKeyMarker", keys.show(&last.key)).add("NextUploadIdMarker", &last.id);
        }
        Some(UploadItem::Folder(name)) => {
            xml.add("NextKeyMarker", keys.show(name));
        }
        None => {}
    }
    xml.add("Prefix", keys.show(&query.prefix));
    xml.add_some("Delimiter", keys.show_some(query.delimiter.as_deref()));
    keys.name(&mut xml);
    xml.show("MaxUploads", query.max).show("IsTruncated", page.truncated);
    for item in page.items {
        match item {
            UploadItem::Folder(name) => page::folder(&mut xml, keys.show(&name)),
            UploadItem::Upload(upload) => {
                xml.open("Upload").add("Key", keys.show(&upload.key)).add("UploadId", &upload.id);
                page::owner(&mut xml, "Initiator");
                page::owner(&mut xml, "Owner");
                xml.add("StorageClass", storage_class(&upload.headers));
                xml.add("Initiated", time::iso(upload.initiated));
                if upload.chosen {
                    xml.add("ChecksumAlgorithm", upload.algorithm.name()).add("ChecksumType", kind(&upload));
                }
                xml.close("Upload");
            }
        }
    }
    Ok(Reply::xml(xml).end())
}
