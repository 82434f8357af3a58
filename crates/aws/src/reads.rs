//! Calls that only read are made again when AWS throttles them, fails, or the connection breaks: reading twice does no
//! harm. Calls that change something pass through once; the runner looks before it repeats those.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use std::error::Error as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::failure::is_throttle;
use crate::trace::{Instrument, span};

/// How often a read is made at most; with the pauses, that is about three seconds.
const TRIES: u32 = 6;

/// The first pause; each one after it is twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// How AWS's operations that change nothing begin.
const READS: [&str; 5] = ["Describe", "List", "Get", "BatchGet", "Head"];

/// An HTTP client that makes reads again.
#[derive(Debug)]
pub(crate) struct Patient(pub(crate) SharedHttpClient);

impl HttpClient for Patient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let again = if is_read(&request) { request.try_clone() } else { None };
        let Some(again) = again else { return self.0.call(request) };
        let inner = self.0.clone();
        HttpConnectorFuture::new(async move {
            let mut pause = PAUSE;
            for _ in 1..TRIES {
                let Some(request) = again.try_clone() else { break };
                let answer = inner.call(request).await;
                let answer = match answer {
                    Ok(answer) => heard(answer).await?,
                    Err(error) => Err(error),
                };
                match answer {
                    Ok((answer, false)) => return Ok(answer),
                    Err(error) if !is_passing(&error) => return Err(error),
                    _ => {}
                }
                tokio::time::sleep(jittered(pause)).instrument(span("backoff", "before the next try", "")).await;
                pause *= 2;
            }
            inner.call(again).await
        })
    }
}

/// The answer, and whether the read is worth another try. Only the body of an error is looked at: it is small.
async fn heard(answer: HttpResponse) -> Result<Result<(HttpResponse, bool), ConnectorError>, ConnectorError> {
    let status = answer.status().as_u16();
    if status < 400 {
        return Ok(Ok((answer, false)));
    }
    let mut answer = answer;
    let body = ByteStream::new(std::mem::replace(answer.body_mut(), SdkBody::taken()));
    let body = match body.collect().await {
        Ok(body) => body.into_bytes(),
        Err(error) => return Ok(Err(ConnectorError::io(error.into()))),
    };
    let passes = status >= 500 || status == 429 || is_throttle(&String::from_utf8_lossy(&body));
    *answer.body_mut() = SdkBody::from(body);
    Ok(Ok((answer, passes)))
}

/// Whether this request only reads: by its method, or by the operation that it names.
fn is_read(request: &HttpRequest) -> bool {
    if ["GET", "HEAD"].contains(&request.method()) {
        return true;
    }
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    let form = || {
        let body = std::str::from_utf8(request.body().bytes()?).ok()?;
        body.split('&').find_map(|pair| pair.strip_prefix("Action="))
    };
    target.or_else(form).is_some_and(|operation| READS.iter().any(|start| operation.starts_with(start)))
}

/// Whether the connection may hold the next time. Where nothing listens, nothing will in three seconds.
fn is_passing(error: &ConnectorError) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|it| it.kind() == std::io::ErrorKind::ConnectionRefused) {
            return false;
        }
        cause = error.source();
    }
    !error.is_user() && !error.is_timeout()
}

/// Between half of the pause and all of it, so that those who were throttled together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    pause.mul_f64(0.5 + f64::from(nanos % 1000) / 2000.0)
}

#[cfg(test)]
mod tests {
    use super::{HttpRequest, SdkBody, is_read};

    fn post(header: Option<&'static str>, body: &'static str) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        let _ = request.set_method("POST");
        if let Some(header) = header {
            request.headers_mut().insert("x-amz-target", header);
        }
        request
    }

    #[test]
    fn what_changes_something_is_never_taken_for_a_read() {
        assert!(is_read(&HttpRequest::new(SdkBody::empty())));
        assert!(is_read(&post(None, "Action=DescribeVpcs&Version=2016-11-15")));
        assert!(is_read(&post(Some("AWSGlue.GetTable"), "{}")));
        assert!(!is_read(&post(None, "Action=CreateVpc&Filter=Action%3DDescribe")));
        assert!(!is_read(&post(Some("AWSGlue.StartCrawler"), "Action=DescribeVpcs")));
        assert!(!is_read(&post(None, "")));
        let mut put = HttpRequest::new(SdkBody::from("x"));
        let _ = put.set_method("PUT");
        assert!(!is_read(&put));
    }
}
