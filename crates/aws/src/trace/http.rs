//! Each request on the wire, so that tries and the pauses between them can be told from one long call.

use super::span::span;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tracing::Instrument;

/// An HTTP client that tells of its requests.
#[derive(Debug)]
pub(crate) struct Traced(pub(crate) SharedHttpClient);

impl HttpClient for Traced {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let span = span("http", request.method(), "");
        let (sent, told) = (self.0.call(request), span.clone());
        HttpConnectorFuture::new(
            async move {
                let answer = sent.await;
                match &answer {
                    Ok(answer) => told.record("outcome", answer.status().as_u16()),
                    Err(_) => told.record("outcome", "no answer"),
                };
                answer
            }
            .instrument(span),
        )
    }
}
