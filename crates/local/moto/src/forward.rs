//! Passes a call on to moto and its answer back, streaming both ways.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use strata_local_wire::xml::first_element;
use strata_local_wire::{Answer, AwsError, Call, Protocol, reply};

use crate::client::Moto;

/// Headers that belong to one connection. `Expect` was answered when the body was first read.
const HOP_BY_HOP: [&str; 7] =
    ["connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-connection", "expect"];

impl Moto {
    /// moto's answer to a call, and the error code in it.
    pub async fn forward(&self, call: Call) -> (Response, Option<String>) {
        let Call { operation, protocol, parts, body, .. } = call;
        let body = body.into_body();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_string();
        let mut request = Request::builder().method(parts.method);
        if let Some(headers) = request.headers_mut() {
            *headers = parts.headers;
            strip(headers);
        }
        let answer = match self.send(request, &path, body).await {
            Ok(answer) => answer,
            Err(why) => return (reply::error(protocol, &why), Some(why.code)),
        };
        let (mut head, body) = answer.into_parts();
        strip(&mut head.headers);
        if head.status.as_u16() < 400 {
            return (Response::from_parts(head, Body::new(body)), None);
        }
        let whole = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        if head.status.as_u16() >= 500 && whole.starts_with(b"<!doctype html>") {
            let why = format!(
                "The local endpoint cannot do {operation}: moto does not implement it, or failed; see moto.log."
            );
            let why = AwsError::new("NotImplemented", why).with_status(501);
            return (reply::error(protocol, &why), Some(why.code));
        }
        let code = error_code(protocol, &whole, head.status.as_u16());
        (Response::from_parts(head, Body::from(whole)), Some(code))
    }

    /// moto's answer to a JSON call.
    ///
    /// # Errors
    /// AWS's, as moto answers it; or moto does not answer.
    pub async fn json(&self, call: Call) -> Answer {
        let (response, code) = self.forward(call).await;
        let status = response.status().as_u16();
        let whole =
            response.into_body().collect().await.map_err(|why| AwsError::unavailable(&why.to_string()))?.to_bytes();
        let answer: Value = serde_json::from_slice(&whole).unwrap_or_default();
        let Some(code) = code else { return Ok(answer) };
        let message = ["message", "Message"].iter().find_map(|name| answer.get(*name)?.as_str()).map(str::to_owned);
        let message = message.unwrap_or_else(|| String::from_utf8_lossy(&whole).into_owned());
        Err(AwsError::new(code, message).with_status(status))
    }
}

fn strip(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// The code in an error document; the status when it has none, as after a HEAD.
fn error_code(protocol: Protocol, body: &Bytes, status: u16) -> String {
    let found = match protocol {
        Protocol::Json | Protocol::RestJson => serde_json::from_slice::<Value>(body).ok().and_then(|error| {
            let code = error.get("__type").or_else(|| error.get("code"))?.as_str()?.to_string();
            Some(code.rsplit('#').next().unwrap_or(&code).to_string())
        }),
        _ => first_element(&String::from_utf8_lossy(body), "Code"),
    };
    found.unwrap_or_else(|| status.to_string())
}
