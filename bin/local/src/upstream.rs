//! The client to moto, which holds the state of everything that this program does not do itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::watch;

use crate::call::{Answer, AwsError};

mod objects;
mod sign;

pub(crate) use objects::Object;
pub(crate) use sign::{ACCOUNT, escape, headers};

/// How long a call waits for moto to have started.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Says once where moto listens.
pub(crate) struct Started {
    base_url: Arc<OnceLock<String>>,
    ready: watch::Sender<bool>,
}

impl Started {
    /// It listens there: `http://127.0.0.1:port`.
    pub(crate) fn at(&self, base_url: String) {
        self.base_url.get_or_init(|| base_url);
    }

    /// Everybody may ask it from now on.
    pub(crate) fn ready(&self) {
        self.ready.send_replace(true);
    }
}

/// A client to moto over loopback HTTP. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct Upstream {
    base_url: Arc<OnceLock<String>>,
    client: Client<HttpConnector, Body>,
    ready: watch::Receiver<bool>,
}

impl Upstream {
    /// A client, and the end by which the one who starts moto says where it listens.
    pub(crate) fn new() -> (Self, Started) {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let (sender, ready) = watch::channel(false);
        let base_url = Arc::new(OnceLock::new());
        let started = Started { base_url: base_url.clone(), ready: sender };
        (Self { base_url, client, ready }, started)
    }

    /// Where moto listens: `http://127.0.0.1:port`; empty until it has started.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.get().map_or("", String::as_str)
    }

    /// Whether everybody may ask moto.
    pub(crate) fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// Waits until everybody may ask moto.
    pub(crate) async fn wait_ready(&self) -> Result<(), AwsError> {
        let mut ready = self.ready.clone();
        match tokio::time::timeout(START_TIMEOUT, ready.wait_for(|up| *up)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(unavailable("its helper process moto did not start; see `local logs` and local.log")),
        }
    }

    /// A JSON 1.1 call: `service` is the signing name, `target` the X-Amz-Target.
    pub(crate) async fn json(&self, region: &str, service: &str, target: &str, body: Value) -> Answer {
        let request = sign::headers(Request::builder().method(Method::POST), region, service)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target);
        let response = self.send(request, "/", Body::from(body.to_string())).await?;
        let status = response.status().as_u16();
        let bytes = collect(response).await?;
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status < 300 {
            return Ok(answer);
        }
        let text = |names: [&str; 2]| names.iter().find_map(|name| answer.get(*name)?.as_str()).map(str::to_string);
        let code = text(["__type", "code"]).unwrap_or_else(|| "InternalFailure".to_string());
        let code = code.rsplit('#').next().unwrap_or(&code).to_string();
        let message = text(["message", "Message"]).unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
        Err(AwsError::new(code, message).with_status(status))
    }

    /// A query-protocol call (EC2, IAM, STS); the answer is AWS's XML.
    pub(crate) async fn query(&self, region: &str, service: &str, params: &[(&str, &str)]) -> Result<String, AwsError> {
        let pairs: Vec<String> = params.iter().map(|(key, value)| format!("{key}={}", sign::escape(value))).collect();
        let request = sign::headers(Request::builder().method(Method::POST), region, service)
            .header("content-type", "application/x-www-form-urlencoded");
        let response = self.send(request, "/", Body::from(pairs.join("&"))).await?;
        text_or_error(response).await
    }

    /// Sends a request to a path of moto's once it is up.
    pub(crate) async fn send(
        &self,
        request: http::request::Builder,
        path_and_query: &str,
        body: Body,
    ) -> Result<Response<Incoming>, AwsError> {
        self.wait_ready().await?;
        self.send_early(request, path_and_query, body).await
    }

    /// The same before others may.
    pub(crate) async fn send_early(
        &self,
        request: http::request::Builder,
        path_and_query: &str,
        body: Body,
    ) -> Result<Response<Incoming>, AwsError> {
        let request = request
            .uri(format!("{}{path_and_query}", self.base_url()))
            .body(body)
            .map_err(|why| unavailable(&why.to_string()))?;
        self.client.request(request).await.map_err(|why| unavailable(&format!("its helper process moto: {why}")))
    }
}

/// Reads a whole body.
pub(crate) async fn collect(response: Response<Incoming>) -> Result<Bytes, AwsError> {
    let body = response.into_body().collect().await.map_err(|why| unavailable(&why.to_string()))?;
    Ok(body.to_bytes())
}

/// Reads an XML answer, and turns an error document into an error.
async fn text_or_error(response: Response<Incoming>) -> Result<String, AwsError> {
    let status = response.status().as_u16();
    let text = String::from_utf8_lossy(&collect(response).await?).into_owned();
    if status < 300 { Ok(text) } else { Err(error_in_xml(status, &text)) }
}

/// The error that an XML error document holds.
fn error_in_xml(status: u16, text: &str) -> AwsError {
    let code = first_element(text, "Code").unwrap_or_else(|| format!("HTTP {status}"));
    let message = first_element(text, "Message").unwrap_or_default();
    AwsError::new(code, message).with_status(status)
}

/// The text of the first element of that name.
pub(crate) fn first_element(xml: &str, name: &str) -> Option<String> {
    let start = xml.find(&format!("<{name}>"))? + name.len() + 2;
    let end = start + xml[start..].find(&format!("</{name}>"))?;
    Some(unescape(&xml[start..end]))
}

/// XML entities back to characters.
pub(crate) fn unescape(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_string(), |plain| plain.into_owned())
}

/// The endpoint itself cannot serve the call.
fn unavailable(why: &str) -> AwsError {
    AwsError::new("ServiceUnavailable", format!("the local endpoint cannot serve this call: {why}")).with_status(503)
}
