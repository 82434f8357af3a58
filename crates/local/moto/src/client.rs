//! The client to moto, which holds the state of everything that this program does not do itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use http::request::Builder;
use http::{Method, Request};
use hyper::body::Incoming;
use serde_json::Value;
use strata_local_wire::http_client::{HttpClient, collect, text_or_error};
use strata_local_wire::{Answer, AwsError, form, signature};
use tokio::sync::watch;

/// How long a call waits for moto to have started.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Says once where moto listens.
#[derive(Debug)]
pub struct Started {
    base_url: Arc<OnceLock<String>>,
    ready: watch::Sender<bool>,
}

impl Started {
    /// It listens there: `http://127.0.0.1:port`.
    pub fn at(&self, base_url: String) {
        self.base_url.get_or_init(|| base_url);
    }

    /// All callers may use it from now on.
    pub fn ready(&self) {
        self.ready.send_replace(true);
    }
}

/// A client to moto over loopback HTTP. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Moto {
    base_url: Arc<OnceLock<String>>,
    client: HttpClient,
    ready: watch::Receiver<bool>,
}

impl Moto {
    /// A client, and the end by which the one who starts moto says where it listens.
    pub fn new() -> (Self, Started) {
        let (sender, ready) = watch::channel(false);
        let base_url = Arc::new(OnceLock::new());
        let started = Started { base_url: base_url.clone(), ready: sender };
        (Self { base_url, client: HttpClient::default(), ready }, started)
    }

    /// Where moto listens: `http://127.0.0.1:port`; empty until it has started.
    pub fn base_url(&self) -> &str {
        self.base_url.get().map_or("", String::as_str)
    }

    /// Whether all callers may use moto.
    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// Waits until all callers may use moto.
    ///
    /// # Errors
    /// moto does not answer.
    pub async fn wait_ready(&self) -> Result<(), AwsError> {
        let mut ready = self.ready.clone();
        match tokio::time::timeout(START_TIMEOUT, ready.wait_for(|up| *up)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(AwsError::unavailable("its helper process moto did not start; see `local logs` and local.log")),
        }
    }

    /// A JSON 1.1 call: `service` is the signing name, `target` the X-Amz-Target.
    ///
    /// # Errors
    /// AWS's, as moto answers it; or moto does not answer.
    pub async fn json(&self, region: &str, service: &str, target: &str, body: Value) -> Answer {
        let request = signature::headers(Request::builder().method(Method::POST), region, service)
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
    ///
    /// # Errors
    /// AWS's, as moto answers it; or moto does not answer.
    pub async fn query(&self, region: &str, service: &str, params: &[(&str, &str)]) -> Result<String, AwsError> {
        let request = signature::headers(Request::builder().method(Method::POST), region, service)
            .header("content-type", "application/x-www-form-urlencoded");
        text_or_error(self.send(request, "/", Body::from(form::encode(params))).await?).await
    }

    /// Sends a request to a path of moto's once it is up.
    ///
    /// # Errors
    /// moto does not answer.
    pub async fn send(
        &self,
        request: Builder,
        path_and_query: &str,
        body: Body,
    ) -> Result<http::Response<Incoming>, AwsError> {
        self.wait_ready().await?;
        self.send_early(request, path_and_query, body).await
    }

    /// The same before others may.
    ///
    /// # Errors
    /// moto does not answer.
    pub async fn send_early(
        &self,
        request: Builder,
        path_and_query: &str,
        body: Body,
    ) -> Result<http::Response<Incoming>, AwsError> {
        let request = request
            .uri(format!("{}{path_and_query}", self.base_url()))
            .body(body)
            .map_err(|why| AwsError::unavailable(&why.to_string()))?;
        self.client.send(request).await.map_err(|why| AwsError::unavailable(&format!("its helper process moto: {why}")))
    }
}
