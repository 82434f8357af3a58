//! The door: every request comes in here, is named, logged, and answered by this program or by moto.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::requests::Requests;
use crate::world::World;

mod admin;
mod dispatch;
mod forward;
mod host;
mod protocol;
mod reply;
mod s3_operation;
mod scope;

pub(crate) use protocol::{decode, parameter};

/// What the handlers share.
pub(crate) struct Server {
    /// The state.
    pub world: Arc<World>,
    /// The log.
    pub requests: Requests,
    /// Ends the program.
    pub stop: Arc<Notify>,
}

/// Serves until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, server: Arc<Server>) {
    use axum::serve::ListenerExt;
    // A small answer that waits for Nagle costs 40 ms.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let router = Router::new().fallback(handle).with_state(server);
    if let Err(why) = axum::serve(listener, router).await {
        tracing::error!("serving: {why}");
    }
}

async fn handle(State(server): State<Arc<Server>>, request: Request<Body>) -> Response {
    let begun = Instant::now();
    let Some(host) = host::of(&request).filter(|host| host::is_local(host)).map(str::to_string) else {
        return reply::text(403, "only this machine may ask: the Host header must be localhost or 127.0.0.1\n");
    };
    if request.uri().path().starts_with("/_local/") {
        return admin::answer(&server, request.method().clone(), request.uri().clone()).await;
    }
    let dispatched = dispatch::answer(&server.world, &host, request).await;
    let status = dispatched.response.status().as_u16();
    server.requests.add(&dispatched.service, &dispatched.operation, status, begun.elapsed(), dispatched.code);
    dispatched.response
}
