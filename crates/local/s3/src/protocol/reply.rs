//! Answers.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode};

use super::xml::Xml;
use crate::error::Error;
use crate::store::{Checksum, Object};
use crate::time;

/// An answer being made.
pub(crate) struct Reply {
    response: Response,
}

impl Reply {
    pub(crate) fn new(status: u16) -> Self {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
        Self { response }.with("x-amz-request-id", &id[..16]).with("x-amz-id-2", &id).with("server", "AmazonS3")
    }

    /// A document.
    pub(crate) fn xml(xml: Xml) -> Self {
        Self::new(200).with("content-type", "application/xml").body(Body::from(xml.end()))
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        // What cannot be a header was refused when it was given.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes())) {
            self.response.headers_mut().insert(name, value);
        }
        self
    }

    pub(crate) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn etag(self, etag: &str) -> Self {
        self.with("etag", &format!("\"{etag}\""))
    }

    /// The checksum of an object or a part, with its type.
    pub(crate) fn checksum(self, checksum: Option<&Checksum>) -> Self {
        let Some(checksum) = checksum else { return self };
        let kind = if checksum.composite { "COMPOSITE" } else { "FULL_OBJECT" };
        self.with(checksum.algorithm.header(), &checksum.value).with("x-amz-checksum-type", kind)
    }

    /// Some of an object's headers.
    pub(crate) fn with_all<'a>(self, headers: impl Iterator<Item = &'a (String, String)>) -> Self {
        headers.fold(self, |reply, (name, value)| reply.with(name, value))
    }

    pub(crate) fn body(mut self, body: Body) -> Self {
        *self.response.body_mut() = body;
        self
    }

    pub(crate) fn end(self) -> Response {
        self.response
    }
}

/// The answer to a refused call.
pub(crate) fn error(error: &Error, path: &str, head: bool) -> Response {
    let mut reply = Reply::new(error.status);
    for (name, value) in &error.headers {
        reply = reply.with(name, value);
    }
    // Neither has a body.
    if head || error.status == 304 {
        return reply.end();
    }
    let mut xml = Xml::error();
    xml.add("Code", error.code).add("Message", &error.message);
    for (name, value) in &error.members {
        xml.add(name, value);
    }
    xml.add("Resource", path).add("RequestId", uuid::Uuid::new_v4().simple().to_string());
    reply.with("content-type", "application/xml").body(Body::from(xml.end())).end()
}

/// The elements of a checksum.
pub(crate) fn checksum_elements(xml: &mut Xml, checksum: Option<&Checksum>) {
    let Some(checksum) = checksum else { return };
    xml.add(checksum.algorithm.element(), &checksum.value);
    xml.add("ChecksumType", if checksum.composite { "COMPOSITE" } else { "FULL_OBJECT" });
}

/// When an object was written, and what it is.
pub(crate) fn head(reply: Reply, object: &Object, modified: i64) -> Reply {
    let reply = reply.etag(&object.etag).with("last-modified", &time::http(modified)).with("accept-ranges", "bytes");
    let mut reply = reply.with_all(object.headers.iter());
    if !object.tags.is_empty() {
        reply = reply.with("x-amz-tagging-count", &object.tags.len().to_string());
    }
    reply
}
