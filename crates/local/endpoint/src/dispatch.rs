//! Has a call answered: by the service of its name, or by moto.

use axum::response::Response;
use serde_json::json;
use strata_local_cloud::Cloud;
use strata_local_moto::SERVICES;
use strata_local_wire::{Answer, AwsError, Call, Handled, Protocol, is_mutating, reply};

/// An answer and what the log says about it.
pub(crate) struct Dispatched {
    pub service: String,
    pub operation: String,
    pub code: Option<String>,
    pub response: Response,
}

/// Answers one AWS call.
pub(crate) async fn answer(cloud: &Cloud, call: Call) -> Dispatched {
    let (service, operation, protocol) = (call.service.clone(), call.operation.clone(), call.protocol);
    match cloud.perform(call).await {
        Handled::Answer(answer) => answered(service, operation, protocol, answer),
        Handled::Response(response, code) => Dispatched { service, operation, code, response: *response },
        Handled::Moto(_) if !SERVICES.contains(&service.as_str()) => {
            let why = format!("The local endpoint has no service {service}: it serves {}.", SERVICES.join(", "));
            failed(&service, operation, protocol, AwsError::new("UnknownOperationException", why))
        }
        Handled::Moto(call) => {
            let (response, code) = cloud.moto.forward(*call).await;
            if is_mutating(&service, &operation) {
                cloud.services.all().for_each(|other| other.changed(&service));
            }
            Dispatched { service, operation, code, response }
        }
    }
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
pub(crate) fn failed(service: &str, operation: String, protocol: Protocol, why: AwsError) -> Dispatched {
    let response = reply::error(protocol, &why);
    Dispatched { service: service.to_string(), operation, code: Some(why.code), response }
}
