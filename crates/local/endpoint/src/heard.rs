//! What the record keeps of a request. The body is read here and handed on, except an object's, which streams.

use axum::body::Body;
use futures::stream;
use http::request::Parts;
use http::{HeaderMap, Method, Request};
use strata_local_wire::{form, said};

use crate::record::Heard;
use crate::{host, scope};

/// A body that is read whole may have this size; a longer one fails as it would without a record.
const LARGEST_BODY: usize = 64 << 20;

/// What a PUT to a key may be about besides its content.
const SUBRESOURCES: [&str; 5] = ["acl", "tagging", "retention", "legal-hold", "encryption"];

/// The request again, and what it says.
pub(crate) async fn hear(host_name: &str, request: Request<Body>) -> (Request<Body>, Heard) {
    let (parts, body) = request.into_parts();
    let scope = scope::of(&parts);
    let is_s3 = scope.as_ref().is_some_and(|scope| scope.service == "s3");
    let path = parts.uri.path();
    let path = match host::bucket(host_name).filter(|_| is_s3) {
        Some(bucket) => format!("/{bucket}{path}"),
        None => path.to_owned(),
    };
    let (program, verb) = program(&parts.headers).unzip();
    let mut heard = Heard {
        program,
        verb,
        region: scope.map(|scope| scope.region).unwrap_or_default(),
        method: parts.method.to_string(),
        query: said::query(parts.uri.query().unwrap_or_default()),
        headers: said::headers(&parts.headers),
        body: None,
        path,
    };
    if is_s3 && is_content(&parts, &heard.path) {
        return (Request::from_parts(parts, body), heard);
    }
    let body = match axum::body::to_bytes(body, LARGEST_BODY).await {
        Ok(whole) => {
            heard.body = Heard::text(&whole);
            Body::from(whole)
        }
        Err(why) => Body::from_stream(stream::once(async { Err::<bytes::Bytes, _>(why) })),
    };
    (Request::from_parts(parts, body), heard)
}

/// Whether the body is what an object holds: a whole one, a part of one, or a browser's form with one in it.
fn is_content(parts: &Parts, path: &str) -> bool {
    let names_key = path.trim_start_matches('/').split_once('/').is_some_and(|(_, key)| !key.is_empty());
    let query = parts.uri.query().unwrap_or_default();
    let sets = |name: &str| form::pairs(query.as_bytes()).any(|(key, _)| key == name);
    match parts.method {
        Method::PUT => names_key && SUBRESOURCES.iter().all(|name| !sets(name)),
        Method::POST => !names_key && !sets("delete"),
        _ => false,
    }
}

/// `net` and `up` out of a user agent that says `app/strata-net.up`. The SDK says it in a header of its own, too.
fn program(headers: &HeaderMap) -> Option<(String, String)> {
    let agents = ["x-amz-user-agent", "user-agent"].into_iter().filter_map(|name| headers.get(name)?.to_str().ok());
    let named = agents.flat_map(|agent| agent.split(' ')).find_map(|word| word.strip_prefix("app/strata-"));
    let (program, verb) = named?.split_once('.')?;
    Some((program.to_owned(), verb.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::hear;
    use axum::body::Body;
    use http::Request;

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/s3/aws4_request, Signature=secret";

    async fn heard(method: &str, host: &str, uri: &str) -> (String, super::Heard) {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", SIGNED)
            .header("x-amz-security-token", "secret")
            .header("x-amz-acl", "private")
            .header("user-agent", "aws-sdk-rust/1.3 app/strata-storage.up md/x")
            .body(Body::from("<Tagging/>"))
            .unwrap();
        let (request, heard) = hear(host, request).await;
        let body = axum::body::to_bytes(request.into_body(), 100).await.unwrap();
        (String::from_utf8(body.to_vec()).unwrap(), heard)
    }

    #[tokio::test]
    async fn everything_but_secrets_is_kept_and_the_body_goes_on() {
        let (body, heard) = heard("PUT", "bucket.localhost", "/?tagging").await;
        assert_eq!(body, "<Tagging/>");
        assert_eq!(heard.body.as_deref(), Some("<Tagging/>"));
        assert_eq!((heard.path.as_str(), heard.query.as_str()), ("/bucket/", "tagging"));
        assert_eq!((heard.program.as_deref(), heard.verb.as_deref()), (Some("storage"), Some("up")));
        assert!(!serde_json::to_string(&heard).unwrap().contains("secret"));
        assert_eq!(heard.headers["x-amz-acl"], "private");
    }

    #[tokio::test]
    async fn what_signs_a_link_is_left_out() {
        let link = "/bucket/key?versionId=1&X-Amz-Security-Token=secret&X-Amz-Signature=secret&x-amz-credential=secret";
        let (_, heard) = heard("GET", "localhost", link).await;
        assert_eq!(heard.query, "versionId=1");
    }

    #[tokio::test]
    async fn what_an_object_holds_is_left_out() {
        let (body, heard) = heard("PUT", "localhost", "/bucket/key?partNumber=1&uploadId=u").await;
        assert_eq!(body, "<Tagging/>");
        assert_eq!(heard.body, None);
    }
}
