//! A request by AWS's names: service, operation, region. They are known before any work is done.

use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Uri};
use http_body_util::BodyExt;

use super::dispatch::{Dispatched, failed};
use super::protocol::{self, Protocol};
use super::{host, scope};
use crate::call::AwsError;
use crate::mwaa;
use crate::weather::Seen;

/// A body that has to be read whole may have this size: a Glue or Athena call with everything it may hold.
const LARGEST_BODY: usize = 64 << 20;

/// A call that nobody has answered yet.
pub(super) struct Incoming {
    /// The signing name of the service.
    pub service: String,
    /// The operation as AWS names it.
    pub operation: String,
    /// The region that it was signed for.
    pub region: String,
    /// How it speaks.
    pub protocol: Protocol,
    /// Method, path and headers.
    pub parts: Parts,
    /// What it carries.
    pub body: Content,
}

/// A body.
pub(super) enum Content {
    /// Read already: parameters.
    Whole(Bytes),
    /// Not read: an object, which may be large.
    Stream(Body),
}

/// What a call says, without the call.
pub(super) struct Kept {
    service: String,
    operation: String,
    path: String,
    body: Bytes,
}

impl Kept {
    /// What the weather sees of it.
    pub(super) fn seen(&self) -> Seen<'_> {
        Seen { service: &self.service, operation: &self.operation, path: &self.path, body: &self.body }
    }
}

impl Incoming {
    /// What the weather sees of it.
    pub(super) fn seen(&self) -> Seen<'_> {
        Seen {
            service: &self.service,
            operation: &self.operation,
            path: self.parts.uri.path(),
            body: match &self.body {
                Content::Whole(whole) => whole,
                Content::Stream(_) => &[],
            },
        }
    }

    /// What the weather has to remember of it while it is done.
    pub(super) fn keep(&self) -> Kept {
        let body = match &self.body {
            Content::Whole(whole) => whole.clone(),
            Content::Stream(_) => Bytes::new(),
        };
        let path = self.parts.uri.path().to_string();
        Kept { service: self.service.clone(), operation: self.operation.clone(), path, body }
    }

    /// Reads the body to its end: a client that is still sending would not see the answer, nor we that it has gone.
    pub(super) async fn drain(self) {
        let Content::Stream(mut body) = self.body else { return };
        while let Some(Ok(_)) = body.frame().await {}
    }
}

/// Finds out what a request asks for.
pub(super) async fn read(host_name: &str, request: Request<Body>) -> Result<Incoming, Dispatched> {
    let (mut parts, body) = request.into_parts();
    let Some(scope) = scope::of(&parts) else {
        let why = "Missing Authentication Token: sign the request as AWS clients do; any key will do here";
        let why = AwsError::new("MissingAuthenticationToken", why).with_status(403);
        return Err(failed("unsigned", format!("{} {}", parts.method, parts.uri.path()), Protocol::RestXml, why));
    };
    let protocol = protocol::of(&scope.service, &parts);
    let (operation, body) = match scope.service.as_str() {
        "s3" => {
            in_path_style(&mut parts, host_name);
            (protocol::operation(protocol, &parts, &Bytes::new()), Content::Stream(body))
        }
        service => {
            let whole = match axum::body::to_bytes(body, LARGEST_BODY).await {
                Ok(whole) => whole,
                Err(why) => {
                    let why = AwsError::new("RequestEntityTooLarge", why.to_string()).with_status(413);
                    return Err(failed(service, "Unread".to_string(), protocol, why));
                }
            };
            let operation = match service {
                "airflow" => mwaa::operation(&parts),
                _ => protocol::operation(protocol, &parts, &whole),
            };
            (operation, Content::Whole(whole))
        }
    };
    Ok(Incoming { service: scope.service, operation, region: scope.region, protocol, parts, body })
}

/// Moves the bucket from the host name into the path.
fn in_path_style(parts: &mut Parts, host_name: &str) {
    let Some(bucket) = host::bucket(host_name) else { return };
    let old = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if let Ok(uri) = format!("/{bucket}{old}").parse::<Uri>() {
        parts.uri = uri;
        parts.headers.remove("host");
    }
}
