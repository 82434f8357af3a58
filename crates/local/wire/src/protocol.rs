//! Which of AWS's wire protocols a request speaks, and what operation it asks for.

use bytes::Bytes;
use http::request::Parts;

use crate::form::parameter;

/// AWS's wire protocols, as far as they differ in their errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
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

impl Protocol {
    /// The protocol of a request.
    pub fn of(service: &str, parts: &Parts) -> Self {
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

    /// The operation, as AWS names it; the body is needed where the name is in it. None where only the service knows its paths.
    pub fn operation(self, parts: &Parts, body: &Bytes) -> Option<String> {
        let query = parts.uri.query().unwrap_or_default();
        match self {
            Protocol::Json => parts
                .headers
                .get("x-amz-target")
                .and_then(|value| value.to_str().ok())
                .map(|target| target.rsplit('.').next().unwrap_or(target).to_string()),
            Protocol::Query | Protocol::Ec2 => {
                let form = std::str::from_utf8(body).unwrap_or_default();
                parameter(form, "Action").or_else(|| parameter(query, "Action"))
            }
            Protocol::RestXml | Protocol::RestJson => None,
        }
    }
}
