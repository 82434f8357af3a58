//! Serves a folder as S3 without anything else, for tests and measurements: `serve <folder> [port]`. It prints its port.
//! `PUT /bucket`, `DELETE /bucket` and `PUT /bucket?versioning` are all that it knows of buckets.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Method, Request};
use strata_local_s3::{Operation, S3, Versioning};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap();
    let port = arguments.next().map_or(0, |port| port.parse().unwrap());
    let s3 = Arc::new(S3::open(Path::new(&folder)).unwrap());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    let app = axum::Router::new().fallback(answer).with_state(s3);
    axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), app)
        .await
        .unwrap();
}

async fn answer(State(s3): State<Arc<S3>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(operation) = Operation::of(&parts) {
        return s3.answer(operation, parts, body).await.response;
    }
    let bucket = parts.uri.path().trim_matches('/').to_string();
    let versioning = parts.uri.query().is_some_and(|query| query.starts_with("versioning"));
    let mut status = 200;
    match parts.method {
        Method::PUT if versioning => {
            let whole = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let enabled = String::from_utf8_lossy(&whole).contains("Enabled");
            s3.set_versioning(&bucket, if enabled { Versioning::Enabled } else { Versioning::Suspended }).unwrap();
        }
        Method::PUT => s3.bucket_created(&bucket).unwrap(),
        Method::DELETE if s3.is_empty(&bucket) == Some(true) => {
            s3.bucket_deleted(&bucket).unwrap();
            status = 204;
        }
        Method::DELETE => status = 409,
        _ => status = 501,
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    response
}
