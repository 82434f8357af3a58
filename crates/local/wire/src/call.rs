//! One AWS call as the services of this endpoint see it.

use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::error::AwsError;
use crate::form;
use crate::protocol::Protocol;
use crate::signature::{self, ACCOUNT};

/// A call whose service and operation are known, and that is not answered yet.
#[derive(Debug)]
pub struct Call {
    /// The signing name of the service: `glue`, `s3`.
    pub service: String,
    /// The operation as AWS names it: `StartCrawler`.
    pub operation: String,
    /// The region that it was signed for.
    pub region: String,
    /// The account that the caller's key belongs to.
    pub account: String,
    /// Who calls.
    pub caller: Caller,
    /// How it speaks.
    pub protocol: Protocol,
    /// Method, path and headers.
    pub parts: Parts,
    /// What it carries.
    pub body: Content,
    /// The body as JSON, where the service speaks JSON; `{}` where there was none.
    pub input: Value,
}

/// A body.
#[derive(Debug)]
pub enum Content {
    /// Read already: parameters.
    Whole(Bytes),
    /// Not read: an object, which may be large.
    Stream(Body),
}

/// In whose name a call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A client of the endpoint.
    Client,
    /// A service of AWS on its own account, or with a role that it has assumed.
    Service {
        /// Its principal: `glue.amazonaws.com`.
        principal: &'static str,
        /// The ARN or the name of the role.
        role: Option<String>,
    },
}

impl Caller {
    /// A service on its own account: as MWAA, which has a service-linked role.
    pub fn service(principal: &'static str) -> Self {
        Self::Service { principal, role: None }
    }

    /// A service with a role of the account's.
    pub fn role(principal: &'static str, role: &str) -> Self {
        Self::Service { principal, role: Some(role.to_owned()) }
    }
}

impl Call {
    /// A JSON 1.1 call of one service to another: `target` is the X-Amz-Target, `AWSGlue.GetTable`.
    pub fn json(caller: &Caller, region: &str, service: &str, target: &str, input: Value) -> Self {
        let request = signature::headers(Request::builder().method(Method::POST).uri("/"), region, service)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target);
        let operation = target.rsplit('.').next().unwrap_or(target);
        let body = Bytes::from(input.to_string());
        Self::of(caller, region, service, operation, Protocol::Json, request, body, input)
    }

    /// A query-protocol call (EC2, IAM, STS) of one service to another.
    pub fn query(caller: &Caller, region: &str, service: &str, params: &[(&str, &str)]) -> Self {
        let request = signature::headers(Request::builder().method(Method::POST).uri("/"), region, service)
            .header("content-type", "application/x-www-form-urlencoded");
        let operation = params.iter().find(|(name, _)| *name == "Action").map_or("", |(_, value)| value);
        let protocol = if service == "ec2" { Protocol::Ec2 } else { Protocol::Query };
        let body = Bytes::from(form::encode(params));
        Self::of(caller, region, service, operation, protocol, request, body, Value::Null)
    }

    /// A GET of one service to another that speaks REST with XML.
    pub fn get(caller: &Caller, region: &str, service: &str, operation: &str, path_and_query: &str) -> Self {
        let request = Request::builder().method(Method::GET).uri(path_and_query);
        let request = signature::headers(request, region, service);
        Self::of(caller, region, service, operation, Protocol::RestXml, request, Bytes::new(), Value::Null)
    }

    #[allow(clippy::too_many_arguments, reason = "each is a field")]
    fn of(
        caller: &Caller,
        region: &str,
        service: &str,
        operation: &str,
        protocol: Protocol,
        request: http::request::Builder,
        body: Bytes,
        input: Value,
    ) -> Self {
        // Only a wrong header makes a request fail, and these come from names of regions and operations.
        let (parts, ()) = request.body(()).unwrap_or_default().into_parts();
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            region: region.to_owned(),
            account: ACCOUNT.to_owned(),
            caller: caller.clone(),
            protocol,
            parts,
            body: Content::Whole(body),
            input,
        }
    }

    /// The account and the region: what most services keep their things by.
    pub fn place(&self) -> (String, String) {
        (self.account.clone(), self.region.clone())
    }

    /// What the weather sees of it.
    pub fn seen(&self) -> Seen<'_> {
        let body: &[u8] = match &self.body {
            Content::Whole(whole) => whole,
            Content::Stream(_) => &[],
        };
        Seen { service: &self.service, operation: &self.operation, path: self.parts.uri.path(), body }
    }
}

impl Content {
    /// Reads the body to its end: a client that is still sending would not see the answer, nor we that it has gone.
    pub async fn drain(self) {
        let Self::Stream(mut body) = self else { return };
        while let Some(Ok(_)) = body.frame().await {}
    }

    /// The body as a stream.
    pub fn into_body(self) -> Body {
        match self {
            Self::Whole(whole) => Body::from(whole),
            Self::Stream(body) => body,
        }
    }

    /// The whole body, of at most `limit` bytes.
    ///
    /// # Errors
    /// It is longer, or its client went away.
    pub async fn read(self, limit: usize) -> Result<Bytes, AwsError> {
        match self {
            Self::Whole(whole) => Ok(whole),
            Self::Stream(body) => axum::body::to_bytes(body, limit)
                .await
                .map_err(|why| AwsError::new("IncompleteBody", format!("reading the request: {why}"))),
        }
    }
}

/// A call as the weather sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The signing name of the service.
    pub service: &'a str,
    /// The operation as AWS names it.
    pub operation: &'a str,
    /// The path of the request.
    pub path: &'a str,
    /// The parameters; empty where the body is an object.
    pub body: &'a [u8],
}
