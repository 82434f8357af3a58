//! The endpoint's objects for a worker, which is a process of its own.

use axum::body::Body;
use bytes::Bytes;
use http::request::Builder;
use http::{Method, Request, Response};
use hyper::body::Incoming;
use serde::Deserialize;
use strata_local_wire::AwsError;
use strata_local_wire::form::{escape, object_path as path};
use strata_local_wire::http_client::{HttpClient, collect, text_or_error};
use strata_local_wire::signature;

/// S3 is asked in this region; a bucket answers in any.
const REGION: &str = "us-east-1";

/// One object of a listing.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    contents: Vec<Content>,
    next_continuation_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    key: String,
    size: u64,
}

fn header(response: &http::Response<hyper::body::Incoming>, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// A client to them.
pub(crate) struct Objects {
    base_url: String,
    client: HttpClient,
}

impl Objects {
    /// They are at `http://127.0.0.1:port/secret`.
    pub(crate) fn at(base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), client: HttpClient::default() }
    }

    async fn send(&self, request: Builder, path_and_query: &str, body: Body) -> Result<Response<Incoming>, AwsError> {
        let request = request.uri(format!("{}{path_and_query}", self.base_url)).body(body);
        let request = request.map_err(|why| AwsError::unavailable(&why.to_string()))?;
        self.client.send(request).await.map_err(|why| AwsError::unavailable(&why))
    }

    /// All objects below a prefix, in the order of their keys.
    pub(crate) async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Object>, AwsError> {
        let mut objects = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut query = format!("list-type=2&prefix={}", escape(prefix));
            if let Some(token) = &token {
                query.push_str(&format!("&continuation-token={}", escape(token)));
            }
            let path = format!("/{}?{query}", escape(bucket));
            let request = signature::headers(Request::builder().method(Method::GET), REGION, "s3");
            let text = text_or_error(self.send(request, &path, Body::empty()).await?).await?;
            let page: Page = quick_xml::de::from_str(&text)
                .map_err(|why| AwsError::new("InternalError", format!("listing s3://{bucket}/{prefix}: {why}")))?;
            objects.extend(page.contents.into_iter().map(|found| Object { key: found.key, size: found.size }));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(objects);
            }
        }
    }

    /// The bytes of an object.
    pub(crate) async fn get(&self, bucket: &str, key: &str) -> Result<Bytes, AwsError> {
        self.object(Method::GET, bucket, key, Bytes::new()).await
    }

    /// Writes an object.
    pub(crate) async fn put(&self, bucket: &str, key: &str, body: Bytes) -> Result<(), AwsError> {
        self.object(Method::PUT, bucket, key, body).await.map(drop)
    }

    /// Size and ETag of an object.
    pub(crate) async fn about(&self, bucket: &str, key: &str) -> Result<(u64, String), AwsError> {
        let request = signature::headers(Request::builder().method(Method::HEAD), REGION, "s3");
        let response = self.send(request, &path(bucket, key), Body::empty()).await?;
        let status = response.status().as_u16();
        if status >= 300 {
            let code = if status == 404 { "NoSuchKey" } else { "InternalError" };
            return Err(
                AwsError::new(code, format!("asking for it was answered with HTTP {status}")).with_status(status)
            );
        }
        let size = header(&response, "content-length").parse();
        let size = size.map_err(|_| AwsError::new("InternalError", "its size was not told"))?;
        Ok((size, header(&response, "etag")))
    }

    /// Some bytes of an object, and its ETag.
    pub(crate) async fn range(
        &self,
        bucket: &str,
        key: &str,
        range: std::ops::Range<u64>,
    ) -> Result<(Bytes, String), AwsError> {
        let last = range.end.saturating_sub(1);
        let request = signature::headers(Request::builder().method(Method::GET), REGION, "s3")
            .header("range", format!("bytes={}-{last}", range.start));
        let response = self.send(request, &path(bucket, key), Body::empty()).await?;
        let status = response.status().as_u16();
        let etag = header(&response, "etag");
        let bytes = collect(response).await?;
        if status < 300 { Ok((bytes, etag)) } else { Err(AwsError::in_xml(status, &String::from_utf8_lossy(&bytes))) }
    }

    /// Writes an object from a file, from its start on, without having it in memory.
    pub(crate) async fn put_file(&self, bucket: &str, key: &str, file: std::fs::File) -> Result<(), AwsError> {
        let failed = |why: std::io::Error| AwsError::new("InternalError", format!("reading what was written: {why}"));
        let size = file.metadata().map_err(failed)?.len();
        let pieces = futures::stream::try_unfold((file, 0), move |(file, at)| async move {
            let mut bytes = vec![0; usize::try_from((size - at).min(1 << 20)).unwrap_or_default()];
            std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, at)?;
            let next = at + bytes.len() as u64;
            Ok::<_, std::io::Error>((!bytes.is_empty()).then_some((Bytes::from(bytes), (file, next))))
        });
        let request =
            signature::headers(Request::builder().method(Method::PUT), REGION, "s3").header("content-length", size);
        let response = self.send(request, &path(bucket, key), Body::from_stream(pieces)).await?;
        text_or_error(response).await.map(drop)
    }

    /// Deletes an object; one that does not exist is no error.
    pub(crate) async fn delete(&self, bucket: &str, key: &str) -> Result<(), AwsError> {
        self.object(Method::DELETE, bucket, key, Bytes::new()).await.map(drop)
    }

    async fn object(&self, method: Method, bucket: &str, key: &str, body: Bytes) -> Result<Bytes, AwsError> {
        let request = signature::headers(Request::builder().method(method), REGION, "s3");
        let response = self.send(request, &path(bucket, key), Body::from(body)).await?;
        let status = response.status().as_u16();
        let bytes = collect(response).await?;
        if status < 300 { Ok(bytes) } else { Err(AwsError::in_xml(status, &String::from_utf8_lossy(&bytes))) }
    }
}
