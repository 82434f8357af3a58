//! Which of AWS's wire protocols a request speaks, and what operation it asks for.

use bytes::Bytes;
use http::request::Parts;

use super::s3_operation;

/// AWS's wire protocols, as far as they differ in their errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// JSON with an X-Amz-Target.
    Json,
    /// REST with JSON bodies.
    RestJson,
    /// A form in, XML out.
    Query,
    /// The same with EC2's error document.
    Ec2,
    /// REST with XML bodies: S3.
    RestXml,
}

/// The protocol of a request.
pub(super) fn of(service: &str, parts: &Parts) -> Protocol {
    let form = parts
        .headers
        .get("content-type")
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let action = parts.uri.query().is_some_and(|query| parameter(query, "Action").is_some());
    match service {
        "ec2" => Protocol::Ec2,
        "s3" => Protocol::RestXml,
        _ if parts.headers.contains_key("x-amz-target") => Protocol::Json,
        _ if form || action => Protocol::Query,
        _ => Protocol::RestJson,
    }
}

/// The operation, as AWS names it; the body is needed where the name is in it.
pub(super) fn operation(protocol: Protocol, parts: &Parts, body: &Bytes) -> String {
    let query = parts.uri.query().unwrap_or_default();
    let found = match protocol {
        Protocol::Json => parts
            .headers
            .get("x-amz-target")
            .and_then(|value| value.to_str().ok())
            .map(|target| target.rsplit('.').next().unwrap_or(target).to_string()),
        Protocol::Query | Protocol::Ec2 => {
            let form = std::str::from_utf8(body).unwrap_or_default();
            parameter(form, "Action").or_else(|| parameter(query, "Action"))
        }
        Protocol::RestXml => Some(s3_operation::name(parts).to_string()),
        Protocol::RestJson => None,
    };
    found.unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path()))
}

/// The value of a parameter in a query string or form.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| decode(value))
    })
}

/// Percent-decodes a form value.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (bytes[at], hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
