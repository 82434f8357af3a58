//! GetObject and HeadObject.

use axum::response::Response;

use super::call::Call;
use crate::encryption::{self, customer};
use crate::error::Result;
use crate::headers::{
    condition,
    range::{self, Span},
};
use crate::protocol::{Reply, reply, send};
use crate::store::Found;

/// Headers of the answer that a link may choose.
const CHOSEN: [(&str, &str); 6] = [
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

pub(super) async fn get(call: &Call<'_>) -> Result<Response> {
    let (reply, found, span) = answer(call)?;
    encryption::check(&call.s3.settings, &call.request.bucket, &found.object().headers).await?;
    let body = send(found.version, span.start, span.length)?;
    Ok(reply.body(body).end())
}

pub(super) async fn head(call: &Call<'_>) -> Result<Response> {
    let (reply, found, _) = answer(call)?;
    // AWS asks for kms:Decrypt only where the checksum is requested.
    if wants_checksum(call) {
        encryption::check(&call.s3.settings, &call.request.bucket, &found.object().headers).await?;
    }
    Ok(reply.end())
}

fn wants_checksum(call: &Call) -> bool {
    call.request.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"))
}

/// Everything but the body.
fn answer(call: &Call) -> Result<(Reply, Found, Span)> {
    let Call { request, bucket, .. } = call;
    let found = bucket.find(&request.key, request.version())?;
    let (object, modified) = (found.object(), found.version.modified);
    customer::check(request, customer::OWN, object)?;
    condition::read(request, "", object, modified)?;
    let span = range::of(request, object)?;
    let mut reply = reply::head(Reply::new(if span.partial { 206 } else { 200 }), object, modified);
    reply = reply.with("content-length", &span.length.to_string());
    if span.partial && object.size > 0 {
        reply = reply.with("content-range", &span.content_range(object.size));
    }
    if request.query("partNumber").is_some() && !object.parts.is_empty() {
        reply = reply.with("x-amz-mp-parts-count", &object.parts.len().to_string());
    }
    if found.named {
        reply = reply.with("x-amz-version-id", found.version.id());
    }
    // It is the sum of the whole object.
    if wants_checksum(call) && span.length == object.size {
        reply = reply.checksum(object.checksum.as_ref());
    }
    for (name, header) in CHOSEN {
        reply = reply.with_some(header, request.given(name));
    }
    Ok((reply, found, span))
}
