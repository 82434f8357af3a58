//! PutObject.

use axum::response::Response;

use super::On;
use crate::Rest;
use crate::body::{Wanted, receive};
use crate::checksum::{Algorithm, encode};
use crate::error::{Error, Result};
use crate::meta;
use crate::reply::Reply;
use crate::store::{Checksum, Object, Version, Versioning};
use crate::{condition, encryption};

pub(super) async fn put(on: &On<'_>, body: &mut Rest) -> Result<Response> {
    let On { s3, ask, bucket } = on;
    let wanted = Wanted::of(ask)?;
    if wanted.length.is_none() {
        return Err(Error::new(411, "MissingContentLength", "You must provide the Content-Length HTTP header."));
    }
    meta::check_acl(ask)?;
    let mut headers = meta::headers(ask)?;
    headers.extend(encryption::of_write(s3, ask).await?);
    let tags = meta::tags(ask)?;
    let conditions = bucket.read(|index| condition::Write::of(ask, index.latest(&ask.key)))?;
    // AWS computes this one where a client names none.
    let algorithm = wanted.algorithm.unwrap_or(Algorithm::Crc64nvme);
    let received = receive(body.take(), &wanted, &[algorithm], bucket).await?;
    let value = received.sum(algorithm).map(encode).unwrap_or_default();
    let object = Object {
        size: received.size,
        etag: encryption::etag(&headers, &received.md5),
        pieces: received.pieces,
        headers,
        tags,
        checksum: Some(Checksum { algorithm, value, composite: false }),
        ..Object::default()
    };
    let version = bucket.put(&ask.key, object, None, |latest| conditions.check(latest))?;
    Ok(written(on, Reply::new(200), &version).end())
}

/// What a write tells of the new object.
pub(super) fn written(on: &On, reply: Reply, version: &Version) -> Reply {
    let reply = match on.bucket.versioning() {
        Versioning::Never => reply,
        _ => reply.with("x-amz-version-id", version.id()),
    };
    let Some(object) = &version.object else { return reply };
    reply.etag(&object.etag).checksum(object.checksum.as_ref()).encryption(&object.headers)
}
