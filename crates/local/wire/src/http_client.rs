//! HTTP over loopback: one way for all that this endpoint asks.

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::error::AwsError;

/// A client that keeps its connections. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct HttpClient(Client<HttpConnector, Body>);

impl Default for HttpClient {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        // A small request that waits for Nagle costs 40 ms.
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }
}

impl HttpClient {
    /// Sends a request; the error says why there is no answer.
    ///
    /// # Errors
    /// Nothing listens, or the connection broke.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, String> {
        self.0.request(request).await.map_err(|why| why.to_string())
    }
}

/// Reads a whole body.
///
/// # Errors
/// The connection broke.
pub async fn collect(response: Response<Incoming>) -> Result<Bytes, AwsError> {
    let body = response.into_body().collect().await.map_err(|why| AwsError::unavailable(&why.to_string()))?;
    Ok(body.to_bytes())
}

/// Reads an XML answer, and turns an error document into an error.
///
/// # Errors
/// What the document says, or that the connection broke.
pub async fn text_or_error(response: Response<Incoming>) -> Result<String, AwsError> {
    let status = response.status().as_u16();
    let text = String::from_utf8_lossy(&collect(response).await?).into_owned();
    if status < 300 { Ok(text) } else { Err(AwsError::in_xml(status, &text)) }
}
