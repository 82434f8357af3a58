//! PutObject.

use axum::response::Response;

use super::call::Call;
use crate::checksum::{Algorithm, encode};
use crate::encryption;
use crate::error::{Error, Result};
use crate::headers::{condition, metadata};
use crate::protocol::{Incoming, Reply, Wanted, receive};
use crate::store::{Checksum, Object, Version, Versioning};

pub(super) async fn put(call: &Call<'_>, body: &mut Incoming) -> Result<Response> {
    let Call { s3, request, bucket } = call;
    let wanted = Wanted::of(request)?;
    if wanted.length.is_none() {
        return Err(Error::new(411, "MissingContentLength", "You must provide the Content-Length HTTP header."));
    }
    metadata::check_acl(request)?;
    let mut headers = metadata::headers(request)?;
    headers.extend(encryption::of_write(&s3.settings, request).await?);
    let tags = metadata::tags(request)?;
    let conditions = bucket.read(|index| condition::Write::of(request, index.latest(&request.key)))?;
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
    let version = bucket.put(&request.key, object, None, |latest| conditions.check(latest))?;
    Ok(written(call, Reply::new(200), &version).end())
}

/// What a write tells of the new object.
pub(super) fn written(call: &Call, reply: Reply, version: &Version) -> Reply {
    let reply = match call.bucket.versioning() {
        Versioning::Never => reply,
        _ => reply.with("x-amz-version-id", version.id()),
    };
    let Some(object) = &version.object else { return reply };
    reply.etag(&object.etag).checksum(object.checksum.as_ref()).with_all(encryption::told(&object.headers))
}
