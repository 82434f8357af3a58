//! A request and its answer.

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;

use crate::error::Result;
use crate::ops::{self, Call};
use crate::protocol::{Incoming, Operation, Request, reply};
use crate::s3::S3;

/// An answer, and AWS's error code when it is one.
#[derive(Debug)]
pub struct Answer {
    /// What is sent. Its body may still be read from disk while it is sent.
    pub response: Response,
    /// `NoSuchKey`; `None` when the call succeeded.
    pub code: Option<&'static str>,
}

impl S3 {
    /// Answers a request in path style. A body that is not needed is read to its end, so that the client sees the
    /// answer.
    pub async fn answer(&self, operation: Operation, parts: Parts, body: Body) -> Answer {
        let path = parts.uri.path().to_string();
        let head = parts.method == http::Method::HEAD;
        let expects = parts.headers.contains_key("expect");
        let mut body = Incoming::new(body);
        match self.perform(operation, parts, &mut body).await {
            Ok(response) => Answer { response, code: None },
            Err(why) => {
                // A client that waits for `100 Continue` has sent nothing.
                if !expects {
                    body.drain().await;
                }
                Answer { response: reply::error(&why, &path, head), code: Some(why.code) }
            }
        }
    }

    async fn perform(&self, operation: Operation, parts: Parts, body: &mut Incoming) -> Result<Response> {
        let request = Request::read(parts)?;
        let bucket = self.bucket(&request.bucket)?;
        ops::perform(operation, &Call { s3: self, request: &request, bucket: &bucket }, body).await
    }
}
