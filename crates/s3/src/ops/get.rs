//! GetObject and HeadObject.

use axum::response::Response;

use super::On;
use crate::body::send;
use crate::error::Result;
use crate::range::{self, Span};
use crate::reply::{self, Reply};
use crate::store::Found;
use crate::{condition, customer, encryption};

/// Headers of the answer that a link may choose.
const CHOSEN: [(&str, &str); 6] = [
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

pub(super) async fn get(on: &On<'_>) -> Result<Response> {
    let (reply, found, span) = answer(on)?;
    encryption::check(on.s3, &on.ask.bucket, &found.object().headers).await?;
    let body = send(found.version, span.start, span.length)?;
    Ok(reply.body(body).end())
}

pub(super) async fn head(on: &On<'_>) -> Result<Response> {
    let (reply, found, _) = answer(on)?;
    // AWS asks for kms:Decrypt only where the checksum is requested.
    if wants_checksum(on) {
        encryption::check(on.s3, &on.ask.bucket, &found.object().headers).await?;
    }
    Ok(reply.end())
}

fn wants_checksum(on: &On) -> bool {
    on.ask.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"))
}

/// Everything but the body.
fn answer(on: &On) -> Result<(Reply, Found, Span)> {
    let On { ask, bucket, .. } = on;
    let found = bucket.find(&ask.key, ask.version())?;
    let (object, modified) = (found.object(), found.version.modified);
    customer::check(ask, customer::OWN, object)?;
    condition::read(ask, "", object, modified)?;
    let span = range::of(ask, object)?;
    let mut reply = reply::head(Reply::new(if span.partial { 206 } else { 200 }), object, modified);
    reply = reply.with("content-length", &span.length.to_string());
    if span.partial && object.size > 0 {
        reply = reply.with("content-range", &span.content_range(object.size));
    }
    if ask.query("partNumber").is_some() && !object.parts.is_empty() {
        reply = reply.with("x-amz-mp-parts-count", &object.parts.len().to_string());
    }
    if found.named {
        reply = reply.with("x-amz-version-id", found.version.id());
    }
    // It is the sum of the whole object.
    if wants_checksum(on) && span.length == object.size {
        reply = reply.checksum(object.checksum.as_ref());
    }
    for (name, header) in CHOSEN {
        reply = reply.with_some(header, ask.given(name));
    }
    Ok((reply, found, span))
}
