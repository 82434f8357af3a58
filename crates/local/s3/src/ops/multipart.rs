//! CreateMultipartUpload, UploadPart, AbortMultipartUpload.

use axum::response::Response;

use super::call::Call;
use crate::checksum::{Algorithm, encode};
use crate::encryption::{self, customer};
use crate::error::{Error, Result};
use crate::headers::metadata;
use crate::protocol::{Incoming, Reply, Request, Wanted, Xml, receive};
use crate::store::{Checksum, Part, Upload};
use crate::time;

pub(super) async fn create(call: &Call<'_>) -> Result<Response> {
    let Call { s3, request, bucket } = call;
    metadata::check_acl(request)?;
    let named = request.header("x-amz-checksum-algorithm");
    let algorithm = named.map(|name| {
        Algorithm::by_name(name).ok_or_else(|| Error::request("Checksum algorithm provided is unsupported."))
    });
    // AWS computes this one where a client names none.
    let (algorithm, chosen) = (algorithm.transpose()?.unwrap_or(Algorithm::Crc64nvme), named.is_some());
    let mut headers = metadata::headers(request)?;
    headers.extend(encryption::of_write(&s3.settings, request).await?);
    let upload = bucket.begin(Upload {
        key: request.key.clone(),
        id: String::new(),
        initiated: time::now(),
        headers,
        tags: metadata::tags(request)?,
        algorithm,
        composite: is_composite(request, algorithm)?,
        chosen,
        parts: Default::default(),
    })?;
    let mut xml = Xml::new("InitiateMultipartUploadResult");
    xml.add("Bucket", &request.bucket).add("Key", &request.key).add("UploadId", &upload.id);
    let mut reply = Reply::xml(xml).with_all(encryption::told(&upload.headers));
    if chosen {
        reply = reply.with("x-amz-checksum-algorithm", algorithm.name()).with("x-amz-checksum-type", kind(&upload));
    }
    Ok(reply.end())
}

/// The type of an upload's checksum.
pub(super) fn kind(upload: &Upload) -> &'static str {
    if upload.composite { "COMPOSITE" } else { "FULL_OBJECT" }
}

fn is_composite(request: &Request, algorithm: Algorithm) -> Result<bool> {
    let is_sha = matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256);
    let refused = |kind: &str| {
        let why = format!(
            "The {kind} checksum type cannot be used with the {} checksum algorithm.",
            algorithm.name().to_lowercase()
        );
        Err(Error::request(why))
    };
    match request.header("x-amz-checksum-type") {
        None => Ok(algorithm != Algorithm::Crc64nvme),
        Some("COMPOSITE") if algorithm == Algorithm::Crc64nvme => refused("COMPOSITE"),
        Some("FULL_OBJECT") if is_sha => refused("FULL_OBJECT"),
        Some("COMPOSITE") => Ok(true),
        Some("FULL_OBJECT") => Ok(false),
        Some(_) => Err(Error::request("Value for x-amz-checksum-type header is invalid.")),
    }
}

/// The number and the upload that a request names.
pub(super) fn part_of(request: &Request) -> Result<(u16, &str)> {
    let missing = || Error::argument("partNumber", "", "This operation does not accept a missing partNumber.");
    let number = request.part_number()?.ok_or_else(missing)?;
    Ok((number, request.query("uploadId").unwrap_or_default()))
}

pub(super) async fn upload_part(call: &Call<'_>, body: &mut Incoming) -> Result<Response> {
    let Call { s3, request, bucket } = call;
    let (number, id) = part_of(request)?;
    let wanted = Wanted::of(request)?;
    if wanted.length.is_none() {
        return Err(Error::new(411, "MissingContentLength", "You must provide the Content-Length HTTP header."));
    }
    let upload = bucket.upload_head(&request.key, id)?;
    customer::check_part(request, &upload.headers)?;
    encryption::check(&s3.settings, &request.bucket, &upload.headers).await?;
    if let Some(sent) = wanted.algorithm.filter(|sent| upload.chosen && *sent != upload.algorithm) {
        let why = format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            upload.algorithm.name().to_lowercase(),
            sent.name().to_lowercase()
        );
        return Err(Error::request(why));
    }
    let received = receive(body.take(), &wanted, &[upload.algorithm], bucket).await?;
    let etag = encryption::etag(&upload.headers, &received.md5);
    let sum = |algorithm| received.sum(algorithm).map(encode).unwrap_or_default();
    let part = Part {
        number,
        size: received.size,
        etag: etag.clone(),
        modified: time::now(),
        checksum: sum(upload.algorithm),
        pieces: received.pieces.clone(),
    };
    let algorithm = wanted.algorithm.unwrap_or(upload.algorithm);
    let told = Checksum { algorithm, value: sum(algorithm), composite: false };
    bucket.add_part(&request.key, id, part)?;
    let reply = Reply::new(200).etag(&etag).with_all(encryption::told(&upload.headers));
    Ok(reply.with(told.algorithm.header(), &told.value).end())
}

pub(super) fn abort(call: &Call) -> Result<Response> {
    call.bucket.abort(&call.request.key, call.request.query("uploadId").unwrap_or_default())?;
    Ok(Reply::new(204).end())
}
