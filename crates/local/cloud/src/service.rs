//! What a service of this endpoint is.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use futures::future::{self, BoxFuture, FutureExt};
use http::Request;
use http::request::Parts;
use strata_local_wire::{Call, Handled};

/// Work that a service does; it holds on to the service.
pub type Work<T> = BoxFuture<'static, T>;

/// What became of a reset; the error is a sentence.
pub type Done = Result<(), String>;

/// One emulated service of AWS. It owns its state; what it needs of others it asks through the [`Cloud`](crate::Cloud).
pub trait Service: Send + Sync {
    /// Its signing name.
    fn name(&self) -> &'static str;

    /// The operation that a request asks for, where method and path say it.
    fn operation(&self, _request: &Parts) -> Option<String> {
        None
    }

    /// Whether a body of this operation is content, which may be large, and not parameters.
    fn streams(&self, _operation: &str) -> bool {
        false
    }

    /// Answers a call, or leaves it to moto.
    fn handle(self: Arc<Self>, call: Call) -> Work<Handled>;

    /// Hears that a call has changed something of another service, or of its own at moto.
    fn changed(&self, _service: &str) {}

    /// Its state as JSON, for the next start; `None` while there is nothing to keep.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    fn save(&self) -> serde_json::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    /// Takes the state that an earlier run saved, before anything is asked; what was under way then has failed or goes on. The
    /// answer: how many resources it has.
    ///
    /// # Errors
    /// The state cannot be read; the service is as new.
    fn load(self: Arc<Self>, _kept: &[u8]) -> serde_json::Result<usize> {
        Ok(0)
    }

    /// Makes what an earlier run of the endpoint kept, before the first call is answered.
    fn restore(self: Arc<Self>) -> Work<()> {
        future::ready(()).boxed()
    }

    /// Does what happens by itself, for ever.
    fn ticks(self: Arc<Self>) -> Work<()> {
        future::pending().boxed()
    }

    /// Forgets everything.
    fn reset(self: Arc<Self>) -> Work<Done>;

    /// Ends what it has started, when the endpoint ends.
    fn end(self: Arc<Self>) -> Work<()> {
        future::ready(()).boxed()
    }

    /// Whether a host is one of its own; this is its name without the port.
    fn has_host(&self, _host: &str) -> bool {
        false
    }

    /// Answers a request to a host of its own.
    fn answer_host(self: Arc<Self>, _host: &str, _request: Request<Body>) -> Work<Response> {
        future::ready(Response::default()).boxed()
    }
}
