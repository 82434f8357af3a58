//! CreateMultipartUpload, UploadPart, AbortMultipartUpload.

use axum::response::Response;

use super::On;
use crate::Rest;
use crate::body::{Wanted, receive};
use crate::checksum::{Algorithm, encode};
use crate::error::{Error, Result};
use crate::meta;
use crate::reply::Reply;
use crate::request::Ask;
use crate::store::{Checksum, Part, Upload};
use crate::xml::Xml;
use crate::{customer, encryption, time};

pub(super) async fn create(on: &On<'_>) -> Result<Response> {
    let On { s3, ask, bucket } = on;
    meta::check_acl(ask)?;
    let named = ask.header("x-amz-checksum-algorithm");
    let algorithm = named.map(|name| {
        Algorithm::by_name(name).ok_or_else(|| Error::request("Checksum algorithm provided is unsupported."))
    });
    // AWS computes this one where a client names none.
    let (algorithm, chosen) = (algorithm.transpose()?.unwrap_or(Algorithm::Crc64nvme), named.is_some());
    let mut headers = meta::headers(ask)?;
    headers.extend(encryption::of_write(s3, ask).await?);
    let upload = bucket.begin(Upload {
        key: ask.key.clone(),
        id: String::new(),
        initiated: time::now(),
        headers,
        tags: meta::tags(ask)?,
        algorithm,
        composite: is_composite(ask, algorithm)?,
        chosen,
        parts: Default::default(),
    })?;
    let mut xml = Xml::new("InitiateMultipartUploadResult");
    xml.add("Bucket", &ask.bucket).add("Key", &ask.key).add("UploadId", &upload.id);
    let mut reply = Reply::xml(xml).encryption(&upload.headers);
    if chosen {
        reply = reply.with("x-amz-checksum-algorithm", algorithm.name()).with("x-amz-checksum-type", kind(&upload));
    }
    Ok(reply.end())
}

/// The type of an upload's checksum.
pub(super) fn kind(upload: &Upload) -> &'static str {
    if upload.composite { "COMPOSITE" } else { "FULL_OBJECT" }
}

fn is_composite(ask: &Ask, algorithm: Algorithm) -> Result<bool> {
    let is_sha = matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256);
    let refused = |kind: &str| {
        let why = format!(
            "The {kind} checksum type cannot be used with the {} checksum algorithm.",
            algorithm.name().to_lowercase()
        );
        Err(Error::request(why))
    };
    match ask.header("x-amz-checksum-type") {
        None => Ok(algorithm != Algorithm::Crc64nvme),
        Some("COMPOSITE") if algorithm == Algorithm::Crc64nvme => refused("COMPOSITE"),
        Some("FULL_OBJECT") if is_sha => refused("FULL_OBJECT"),
        Some("COMPOSITE") => Ok(true),
        Some("FULL_OBJECT") => Ok(false),
        Some(_) => Err(Error::request("Value for x-amz-checksum-type header is invalid.")),
    }
}

/// The number and the upload that a request names.
pub(super) fn part_of(ask: &Ask) -> Result<(u16, &str)> {
    let missing = || Error::argument("partNumber", "", "This operation does not accept a missing partNumber.");
    let number = ask.part_number()?.ok_or_else(missing)?;
    Ok((number, ask.query("uploadId").unwrap_or_default()))
}

pub(super) async fn upload_part(on: &On<'_>, body: &mut Rest) -> Result<Response> {
    let On { s3, ask, bucket } = on;
    let (number, id) = part_of(ask)?;
    let wanted = Wanted::of(ask)?;
    if wanted.length.is_none() {
        return Err(Error::new(411, "MissingContentLength", "You must provide the Content-Length HTTP header."));
    }
    let upload = bucket.upload_head(&ask.key, id)?;
    customer::check_part(ask, &upload.headers)?;
    encryption::check(s3, &ask.bucket, &upload.headers).await?;
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
    bucket.add_part(&ask.key, id, part)?;
    let reply = Reply::new(200).etag(&etag).encryption(&upload.headers);
    Ok(reply.with(told.algorithm.header(), &told.value).end())
}

pub(super) fn abort(on: &On) -> Result<Response> {
    on.bucket.abort(&on.ask.key, on.ask.query("uploadId").unwrap_or_default())?;
    Ok(Reply::new(204).end())
}
