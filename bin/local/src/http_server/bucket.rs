//! S3: objects are answered by the store, buckets and their settings by moto.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::Method;
use http::request::Parts;
use http_body_util::BodyExt;
use strata_s3::Operation;

use super::protocol::Protocol;
use super::{forward, heard, reply};
use crate::buckets::{self, Setting};
use crate::call::AwsError;
use crate::upstream::ACCOUNT;
use crate::world::World;

/// The longest document of a setting: a bucket policy has at most 20 KB, a list of lifecycle rules much less than this.
const LARGEST_BODY: usize = 8 << 20;

/// The answer, and the error code in it.
pub(super) async fn answer(
    world: &Arc<World>,
    operation: &str,
    region: &str,
    parts: Parts,
    body: Body,
) -> (Response, Option<String>) {
    if let Some(refused) = of_another_account(&parts) {
        // A client that is still sending would not read the answer; one that waits for `100 Continue` has sent nothing.
        let mut body = body;
        if !parts.headers.contains_key("expect") {
            while let Some(Ok(_)) = body.frame().await {}
        }
        return failed(refused);
    }
    if let Some(known) = Operation::of(&parts) {
        let head = parts.method == Method::HEAD;
        let answer = world.s3.answer(known, parts, body).await;
        // The answer to a HEAD has no body that could name its code.
        let status = answer.response.status().as_u16();
        let code = answer.code.map(|code| if head { status.to_string() } else { code.to_string() });
        return (answer.response, code);
    }
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if matches!(parts.method, Method::GET | Method::HEAD) && key.is_empty() || parts.method == Method::OPTIONS {
        return forward::to_moto(world, Protocol::RestXml, operation, parts, body).await;
    }
    if !key.is_empty() || operation == "PostObject" {
        let why = format!("The local endpoint cannot do {operation}.");
        return failed(AwsError::new("NotImplemented", why).with_status(501));
    }
    let body = match axum::body::to_bytes(body, LARGEST_BODY).await {
        Ok(body) => body,
        Err(why) => return failed(AwsError::new("IncompleteBody", format!("reading the request: {why}"))),
    };
    let bucket = bucket.to_string();
    if operation == "DeleteBucket" && world.s3.is_empty(&bucket) == Some(false) {
        let versions = match world.s3.list(&bucket, "") {
            Ok(objects) if objects.is_empty() => ". You must delete all versions in the bucket.",
            _ => "",
        };
        let why = format!("The bucket you tried to delete is not empty{versions}");
        return failed(AwsError::new("BucketNotEmpty", why).with_status(409));
    }
    let query = heard::told(parts.uri.query().unwrap_or_default());
    let setting = Setting::of(operation, region, &parts, query, heard::telling(&parts.headers), &body);
    let (response, code) = forward::to_moto(world, Protocol::RestXml, operation, parts, Body::from(body)).await;
    if code.is_none()
        && let Err(why) = buckets::learn(world, &bucket, setting)
    {
        let why = format!("We encountered an internal error. Please try again. (keeping the bucket on disk: {why})");
        return failed(AwsError::new("InternalError", why).with_status(500));
    }
    (response, code)
}

/// The error for a request that expects another owner: all buckets here belong to one account.
fn of_another_account(parts: &Parts) -> Option<AwsError> {
    let expected = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];
    let mut told = expected.iter().filter_map(|name| parts.headers.get(*name));
    let other = told.any(|owner| owner.as_bytes() != ACCOUNT.as_bytes());
    other.then(|| AwsError::new("AccessDenied", "Access Denied").with_status(403))
}

fn failed(why: AwsError) -> (Response, Option<String>) {
    (reply::error(Protocol::RestXml, &why), Some(why.code))
}
