//! A body that no operation has read yet.

use axum::body::Body;
use http_body_util::BodyExt;

/// The body of a request, until an operation takes it.
pub(crate) struct Incoming(Option<Body>);

impl Incoming {
    pub(crate) fn new(body: Body) -> Self {
        Self(Some(body))
    }

    /// The body; an empty one the second time.
    pub(crate) fn take(&mut self) -> Body {
        self.0.take().unwrap_or_default()
    }

    /// Reads to the end what was not taken.
    pub(crate) async fn drain(self) {
        if let Some(mut body) = self.0 {
            while let Some(Ok(_)) = body.frame().await {}
        }
    }
}
