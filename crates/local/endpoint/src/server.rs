//! The door: every request comes in here, is named, logged, and answered by this program or by moto.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use http::Request;
use http::request::Parts;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use strata_local_wire::reply;
use tokio::net::{TcpListener, TcpStream};

use crate::shared::Server;
use crate::struck::{self, Log};
use crate::{admin, heard, host, incoming};

/// Serves until the task is aborted.
pub async fn serve(listener: TcpListener, server: Arc<Server>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(why) => {
                // Too many open files, say: it passes.
                tracing::error!("accepting a connection: {why}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // A small answer that waits for Nagle costs 40 ms.
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(stream, server.clone()));
    }
}

/// One connection. It ends when the client leaves, which lets go of a held call; or when a call gets no answer.
async fn connection(stream: TcpStream, server: Arc<Server>) {
    let service = service_fn(|request: Request<Incoming>| {
        let server = server.clone();
        async move {
            let answer = handle(&server, request.map(Body::new)).await;
            answer.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
        }
    });
    // There is nowhere left to report an error.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The answer; `None` closes the connection without one.
async fn handle(server: &Arc<Server>, request: Request<Body>) -> Option<Response> {
    let begun = Instant::now();
    let Some(host) = host::of(&request).filter(|host| host::is_local(host)).map(str::to_string) else {
        let why = "only this machine may ask: the Host header must be localhost or 127.0.0.1\n";
        return Some(reply::text(403, why));
    };
    if let Some(service) = server.cloud.services.all().find(|service| service.has_host(&host)) {
        return Some(service.answer_host(&host, request).await);
    }
    if host::is_from_another_site(&request) {
        return Some(reply::text(403, "a page of another site may not ask: no AWS client sends its Origin\n"));
    }
    if ["/_local/", "/_strata/"].iter().any(|own| request.uri().path().starts_with(own)) {
        return Some(admin::answer(server, request).await);
    }
    let (request, heard) = match &server.record {
        Some(_) => {
            let content = |service: &str, parts: &Parts| server.cloud.has_content(service, parts);
            let (request, heard) = heard::hear(&host, request, content).await;
            (request, Some(heard))
        }
        None => (request, None),
    };
    let log = Log { server: server.clone(), begun, heard };
    match incoming::read(&server.cloud, &host, request).await {
        Ok(call) => struck::answer(log, call).await,
        Err(refused) => Some(log.answered(refused, None)),
    }
}
