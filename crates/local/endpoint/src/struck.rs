//! One call under the weather: what strikes it happens here, before its work or after it.
//!
//! Work that has begun is finished, as at AWS, also when its caller goes away: a bucket, say, is made at two keepers, and must
//! not stay with one of them.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http_body_util::BodyExt;

use strata_local_weather::{Kind, Strike};
use strata_local_wire::{Call, Content, Protocol, Seen, reply};

use crate::dispatch::{self, Dispatched};
use crate::record::Heard;
use crate::shared::Server;

/// Writes down one call that was answered, or was not.
pub(crate) struct Log {
    pub server: Arc<Server>,
    pub begun: Instant,
    pub heard: Option<Heard>,
}

impl Log {
    /// The status is 0 where there is no answer.
    pub(crate) fn add(
        self,
        service: &str,
        operation: &str,
        status: u16,
        code: Option<String>,
        weather: Option<&'static str>,
    ) {
        if let (Some(record), Some(heard)) = (&self.server.record, &self.heard) {
            record.add(heard, service, operation, status, code.as_deref());
        }
        let took = self.begun.elapsed();
        let n = self.server.requests.add(service, operation, status, took, code, weather.map(str::to_string));
        if let Some(kind) = weather {
            self.server.cloud.weather.note(n, service, operation, kind);
        }
    }

    /// The same of an answer, which is handed on.
    pub(crate) fn answered(self, done: Dispatched, weather: Option<&'static str>) -> Response {
        let status = done.response.status().as_u16();
        self.add(&done.service, &done.operation, status, done.code, weather);
        done.response
    }
}

/// Answers a call, or closes the connection (`None`).
pub(crate) async fn answer(log: Log, call: Call) -> Option<Response> {
    let server = log.server.clone();
    let weather = &server.cloud.weather;
    let latency = weather.latency();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let Some(strike) = weather.meet(&call.seen()) else {
        return finished(&server.clone(), async move {
            let (done, late) = perform(&server, call).await;
            log.answered(done, late)
        })
        .await;
    };
    let (service, operation) = (call.service.clone(), call.operation.clone());
    let protocol = call.protocol;
    match strike.kind {
        Kind::Fail | Kind::Throttle | Kind::Error => {
            call.body.drain().await;
            Some(refused(log, &service, &operation, protocol, strike))
        }
        Kind::CutBefore => {
            call.body.drain().await;
            log.add(&service, &operation, 0, None, Some(strike.name));
            None
        }
        Kind::HoldBefore => {
            call.body.drain().await;
            let held = weather.hold();
            log.add(&service, &operation, 0, None, Some(strike.name));
            held.released().await;
            None
        }
        Kind::Lost => {
            finished(&server.clone(), async move { drop(perform(&server, call).await) }).await?;
            Some(refused(log, &service, &operation, protocol, strike))
        }
        Kind::Cut => {
            finished(&server.clone(), async move { drop(perform(&server, call).await) }).await?;
            log.add(&service, &operation, 0, None, Some(strike.name));
            None
        }
        Kind::HoldAfter => {
            let work = server.clone();
            let (done, _) = finished(&server, async move { perform(&work, call).await }).await?;
            let held = weather.hold();
            let response = log.answered(done, Some(strike.name));
            held.released().await;
            Some(response)
        }
    }
}

/// What a call says, without the call.
struct Kept {
    service: String,
    operation: String,
    path: String,
    body: Bytes,
}

impl Kept {
    fn of(call: &Call) -> Self {
        let body = match &call.body {
            Content::Whole(whole) => whole.clone(),
            Content::Stream(_) => Bytes::new(),
        };
        let path = call.parts.uri.path().to_string();
        Self { service: call.service.clone(), operation: call.operation.clone(), path, body }
    }

    fn seen(&self) -> Seen<'_> {
        Seen { service: &self.service, operation: &self.operation, path: &self.path, body: &self.body }
    }
}

/// Does all of the work, whether or not its caller waits for it; `None` when it has panicked.
async fn finished<T: Send + 'static>(server: &Server, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let under_way = server.cloud.weather.work();
    let work = async move {
        let _under_way = under_way;
        work.await
    };
    tokio::spawn(work).await.ok()
}

/// Does the work, in AWS's own time. The second part names what of its result is not visible yet.
async fn perform(server: &Server, mut call: Call) -> (Dispatched, Option<&'static str>) {
    let weather = &server.cloud.weather;
    if !weather.has_windows() {
        return (dispatch::answer(&server.cloud, call).await, None);
    }
    for (name, seconds) in weather.slow(&call.seen()) {
        if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
            call.parts.headers.insert(name, value);
        }
    }
    let kept = Kept::of(&call);
    let mut done = dispatch::answer(&server.cloud, call).await;
    if done.code.is_some() {
        return (done, None);
    }
    if !["ec2", "kms"].contains(&done.service.as_str()) {
        // What the answer says does not matter there: only that the call was done.
        weather.learn(&kept.seen(), "");
        return (done, None);
    }
    let (mut head, body) = done.response.into_parts();
    let whole = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let seen = std::str::from_utf8(&whole).ok().and_then(|text| weather.learn(&kept.seen(), text));
    let late = seen.as_ref().map(|_| "late");
    if late.is_some() {
        head.headers.remove("content-length");
    }
    done.response = Response::from_parts(head, seen.map_or(Body::from(whole), Body::from));
    (done, late)
}

fn refused(log: Log, service: &str, operation: &str, protocol: Protocol, strike: Strike) -> Response {
    let response = reply::error(protocol, &strike.error);
    log.add(service, operation, strike.error.status, Some(strike.error.code), Some(strike.name));
    response
}
