//! Decides who answers a call: a part of this program, or moto.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Uri};
use serde_json::{Value, json};

use super::protocol::{self, Protocol};
use super::{forward, host, reply, scope};
use crate::call::{Answer, AwsError, Call};
use crate::upstream::ACCOUNT;
use crate::world::World;
use crate::{athena, glue, mwaa};

/// A body that has to be read whole may have this size: a Glue or Athena call with everything it may hold.
const LARGEST_BODY: usize = 64 << 20;

/// Signing names that moto serves here.
const SERVICES: [&str; 22] = [
    "s3",
    "ec2",
    "iam",
    "sts",
    "glue",
    "athena",
    "logs",
    "kms",
    "tagging",
    "monitoring",
    "events",
    "scheduler",
    "secretsmanager",
    "ssm",
    "sns",
    "sqs",
    "budgets",
    "rds",
    "dms",
    "elasticmapreduce",
    "emr-serverless",
    "redshift",
];

/// An answer and what the log says about it.
pub(super) struct Dispatched {
    pub service: String,
    pub operation: String,
    pub code: Option<String>,
    pub response: Response,
}

/// Answers one AWS call.
pub(super) async fn answer(world: &Arc<World>, host_name: &str, request: Request<Body>) -> Dispatched {
    let (mut parts, body) = request.into_parts();
    let Some(scope) = scope::of(&parts) else {
        let why = "Missing Authentication Token: sign the request as AWS clients do; any key will do here";
        let why = AwsError::new("MissingAuthenticationToken", why).with_status(403);
        return failed("unsigned", format!("{} {}", parts.method, parts.uri.path()), Protocol::RestXml, why);
    };
    if scope.service == "s3" {
        in_path_style(&mut parts, host_name);
        let operation = protocol::operation(Protocol::RestXml, &parts, &Bytes::new());
        let (response, code) = forward::to_moto(world, Protocol::RestXml, &operation, parts, body).await;
        return Dispatched { service: scope.service, operation, code, response };
    }
    let protocol = protocol::of(&scope.service, &parts);
    let whole = match axum::body::to_bytes(body, LARGEST_BODY).await {
        Ok(whole) => whole,
        Err(why) => {
            let why = AwsError::new("RequestEntityTooLarge", why.to_string()).with_status(413);
            return failed(&scope.service, "Unread".to_string(), protocol, why);
        }
    };
    if scope.service == "airflow" {
        let (operation, answer) = mwaa::answer(world, &scope.region, &parts, &whole).await;
        return answered(scope.service, operation, protocol, answer);
    }
    let operation = protocol::operation(protocol, &parts, &whole);
    if protocol == Protocol::Json {
        let body: Value = match serde_json::from_slice(if whole.is_empty() { b"{}" } else { &whole }) {
            Ok(body) => body,
            Err(why) => {
                return failed(
                    &scope.service,
                    operation,
                    protocol,
                    AwsError::new("SerializationException", why.to_string()),
                );
            }
        };
        let call = Call {
            service: scope.service.clone(),
            operation: operation.clone(),
            region: scope.region,
            account: ACCOUNT.to_string(),
            body,
        };
        let answer = match call.service.as_str() {
            "glue" => glue::handle(world, &call).await,
            "athena" => athena::handle(world, &call).await,
            _ => None,
        };
        if let Some(answer) = answer {
            return answered(call.service, operation, protocol, answer);
        }
    }
    if !SERVICES.contains(&scope.service.as_str()) {
        let why = format!("The local endpoint has no service {}: it serves {}.", scope.service, SERVICES.join(", "));
        return failed(&scope.service, operation, protocol, AwsError::new("UnknownOperationException", why));
    }
    let (response, code) = forward::to_moto(world, protocol, &operation, parts, Body::from(whole)).await;
    Dispatched { service: scope.service, operation, code, response }
}

fn answered(service: String, operation: String, protocol: Protocol, answer: Answer) -> Dispatched {
    match answer {
        Ok(body) => {
            let body = if body.is_null() { json!({}) } else { body };
            Dispatched { service, operation, code: None, response: reply::json(protocol, &body) }
        }
        Err(why) => failed(&service, operation, protocol, why),
    }
}

fn failed(service: &str, operation: String, protocol: Protocol, why: AwsError) -> Dispatched {
    let response = reply::error(protocol, &why);
    Dispatched { service: service.to_string(), operation, code: Some(why.code), response }
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
