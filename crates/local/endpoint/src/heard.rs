//! What the record keeps of a request. The body is read here and handed on, except an object's, which streams.

use axum::body::Body;
use futures::stream;
use http::request::Parts;
use http::{HeaderMap, Request};
use strata_local_wire::said;

use crate::record::Heard;
use crate::{host, scope};

/// A body that is read whole may have this size; a longer one fails as it would without a record.
const LARGEST_BODY: usize = 64 << 20;

/// The request again, and what it says. `is_content` tells of a service and of a request with its bucket in the path whether its
/// body is what an object holds.
pub(crate) async fn hear(
    host_name: &str,
    request: Request<Body>,
    is_content: impl Fn(&str, &Parts) -> bool,
) -> (Request<Body>, Heard) {
    let (parts, body) = request.into_parts();
    let scope = scope::of(&parts);
    let is_s3 = scope.as_ref().is_some_and(|scope| scope.service == "s3");
    let path = parts.uri.path();
    let path = match host::bucket(host_name).filter(|_| is_s3) {
        Some(bucket) => format!("/{bucket}{path}"),
        None => path.to_owned(),
    };
    let target = format!("{path}?{}", parts.uri.query().unwrap_or_default());
    let named = Request::builder().method(parts.method.clone()).uri(target).body(());
    let is_content = named.is_ok_and(|named| {
        let service = scope.as_ref().map_or("", |scope| scope.service.as_str());
        is_content(service, &named.into_parts().0)
    });
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
    if is_content {
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
    use http::request::Parts;

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
        let is_content = |service: &str, parts: &Parts| service == "s3" && parts.uri.path() == "/bucket/key";
        let (request, heard) = hear(host, request, is_content).await;
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
        for (host, uri) in [("localhost", "/bucket/key?partNumber=1&uploadId=u"), ("bucket.localhost", "/key")] {
            let (body, heard) = heard("PUT", host, uri).await;
            assert_eq!(body, "<Tagging/>");
            assert_eq!(heard.body, None);
        }
    }
}
