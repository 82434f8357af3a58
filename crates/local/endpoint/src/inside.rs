//! The objects for this program's own workers, on a port of their own: what they read and write is no call of AWS, so it
//! is neither logged nor struck by weather. Only who was told the secret in the path may ask.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use strata_local_s3::{Operation, S3};
use strata_local_wire::reply;
use tokio::net::TcpListener;

/// The port.
#[derive(Debug)]
pub struct Inside {
    listener: TcpListener,
    secret: Arc<str>,
    port: u16,
}

impl Inside {
    /// Any free port.
    ///
    /// # Errors
    /// The system has none.
    pub async fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, secret: format!("/{}/", uuid::Uuid::new_v4().simple()).into(), port })
    }

    /// The address with the secret: `http://127.0.0.1:port/secret`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.secret.trim_end_matches('/'))
    }

    /// Serves until the task is aborted.
    pub async fn serve(self, s3: Arc<S3>) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                // Too many open files, say: it passes.
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (s3, secret) = (s3.clone(), self.secret.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let (s3, secret) = (s3.clone(), secret.clone());
                async move { io::Result::Ok(answer(&s3, &secret, request.map(Body::new)).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }
}

async fn answer(s3: &S3, secret: &str, request: Request<Body>) -> Response {
    let (mut parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let inner = target.strip_prefix(secret).and_then(|rest| format!("/{rest}").parse().ok());
    let Some(uri) = inner else { return reply::text(403, "only workers of this endpoint may ask\n") };
    parts.uri = uri;
    match Operation::of(&parts) {
        Some(operation) => s3.answer(operation, parts, body).await.response,
        None => reply::text(501, "there are objects only\n"),
    }
}
