//! The client to moto, which holds the state of everything that this program does not do itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use http::request::Builder;

use hyper::body::Incoming;
use strata_local_wire::AwsError;
use strata_local_wire::http_client::HttpClient;
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
