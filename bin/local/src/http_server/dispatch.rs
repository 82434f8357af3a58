//! Decides who answers a call: a part of this program, or moto.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};

use super::incoming::{Content, Incoming};
use super::protocol::Protocol;
use super::{bucket, forward, reply};
use crate::call::{Answer, AwsError, Call};
use crate::requests::is_mutating;
use crate::upstream::ACCOUNT;
use crate::world::World;
use crate::{athena, glue, mwaa, mwaa_serverless};

/// Signing names that moto serves here.
const SERVICES: [&str; 23] = [
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
    "servicequotas",
];

/// An answer and what the log says about it.
pub(super) struct Dispatched {
    pub service: String,
    pub operation: String,
    pub code: Option<String>,
    pub response: Response,
}

/// Answers one AWS call.
pub(super) async fn answer(world: &Arc<World>, incoming: Incoming) -> Dispatched {
    let Incoming { service, operation, region, protocol, parts, body } = incoming;
    let whole = match body {
        Content::Whole(whole) => whole,
        Content::Stream(body) => {
            let (response, code) = bucket::answer(world, &operation, &region, parts, body).await;
            return Dispatched { service, operation, code, response };
        }
    };
    if service == "airflow" {
        let answer = mwaa::answer(world, &region, &parts, &whole).await;
        return answered(service, operation, protocol, answer);
    }
    if protocol == Protocol::Json {
        let body: Value = match serde_json::from_slice(if whole.is_empty() { b"{}" } else { &whole }) {
            Ok(body) => body,
            Err(why) => {
                let why = AwsError::new("SerializationException", why.to_string());
                return failed(&service, operation, protocol, why);
            }
        };
        let call = Call { service, operation, region, account: ACCOUNT.to_string(), body };
        let answer = match call.service.as_str() {
            "glue" => glue::handle(world, &call).await,
            "athena" => athena::handle(world, &call).await,
            "airflow-serverless" => Some(mwaa_serverless::handle(world, &call).await),
            _ => None,
        };
        return match answer {
            Some(answer) => answered(call.service, call.operation, protocol, answer),
            None => forwarded(world, call.service, call.operation, protocol, parts, whole).await,
        };
    }
    forwarded(world, service, operation, protocol, parts, whole).await
}

/// Lets moto answer, if it has the service.
async fn forwarded(
    world: &Arc<World>,
    service: String,
    operation: String,
    protocol: Protocol,
    parts: Parts,
    body: Bytes,
) -> Dispatched {
    if !SERVICES.contains(&service.as_str()) {
        let why = format!("The local endpoint has no service {service}: it serves {}.", SERVICES.join(", "));
        return failed(&service, operation, protocol, AwsError::new("UnknownOperationException", why));
    }
    let (response, code) = forward::to_moto(world, protocol, &operation, parts, Body::from(body)).await;
    if service == "kms" && is_mutating(&service, &operation) {
        world.keys.forget();
    }
    Dispatched { service, operation, code, response }
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

/// An answer that is AWS's error.
pub(super) fn failed(service: &str, operation: String, protocol: Protocol, why: AwsError) -> Dispatched {
    let response = reply::error(protocol, &why);
    Dispatched { service: service.to_string(), operation, code: Some(why.code), response }
}
