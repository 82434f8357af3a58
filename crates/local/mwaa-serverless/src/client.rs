//! How tasks call AWS: through this endpoint as any client does, with the credentials of the workflow's role. What is
//! struck by weather is asked again, as AWS's SDK for Python does.

use std::time::Duration;

use axum::body::Body;
use chrono::Utc;
use http::{Method, Request};
use serde_json::Value;
use strata_local_wire::form::{self, escape, object_path};
use strata_local_wire::http_client::{HttpClient, collect};
use strata_local_wire::xml::{elements, first_element};

use strata_local_wire::{Answer, AwsError};

/// How often a call is made at most.
const TRIES: u32 = 5;

/// The wait after the first try, which doubles.
const WAIT: Duration = Duration::from_millis(50);

/// Where this endpoint answers.
pub(crate) struct Http {
    port: u16,
    pool: HttpClient,
}

impl Http {
    /// At this port.
    pub(crate) fn new(port: u16) -> Self {
        Self { port, pool: HttpClient::default() }
    }
}

/// A client with credentials.
#[derive(Clone)]
pub(crate) struct Client {
    port: u16,
    pool: HttpClient,
    region: String,
    key: String,
    token: String,
}

/// A request that can be made again.
struct Ask<'a> {
    method: Method,
    service: &'a str,
    path: String,
    kind: &'a str,
    target: String,
    body: String,
}

/// The status and the body of an answer.
type Heard = (u16, String);

/// Takes the role.
pub(crate) async fn assume(http: &Http, region: &str, role: &str, session: &str) -> Result<Client, AwsError> {
    let service = Client {
        port: http.port,
        pool: http.pool.clone(),
        region: region.to_owned(),
        key: "airflow-serverless".to_owned(),
        token: String::new(),
    };
    let asked = [("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", role), ("RoleSessionName", session)];
    let heard = service
        .send(&Ask {
            method: Method::POST,
            service: "sts",
            path: "/".to_owned(),
            kind: "application/x-www-form-urlencoded",
            target: String::new(),
            body: form::encode(&asked),
        })
        .await?;
    let text = in_xml(heard)?;
    let part = |name: &str| first_element(&text, name).unwrap_or_default();
    Ok(Client { key: part("AccessKeyId"), token: part("SessionToken"), ..service })
}

impl Client {
    /// A JSON call: `AWSGlue.GetJob`.
    pub(crate) async fn json(&self, service: &str, target: &str, body: &Value) -> Answer {
        let heard = self
            .send(&Ask {
                method: Method::POST,
                service,
                path: "/".to_owned(),
                kind: "application/x-amz-json-1.1",
                target: target.to_owned(),
                body: body.to_string(),
            })
            .await?;
        let answer: Value = serde_json::from_str(&heard.1).unwrap_or_default();
        if heard.0 < 300 {
            return Ok(answer);
        }
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let code = text("__type");
        let code = code.rsplit('#').next().unwrap_or_default().to_owned();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let why = format!("An error occurred ({code}) when calling the {operation} operation: {}", text("message"));
        Err(AwsError::new(code, why).with_status(heard.0))
    }

    /// Whether an object exists.
    pub(crate) async fn has_object(&self, bucket: &str, key: &str) -> Result<bool, AwsError> {
        let heard = self.send(&Ask::s3(Method::HEAD, object_path(bucket, key))).await?;
        match heard.0 {
            200..300 => Ok(true),
            404 => Ok(false),
            status => {
                let why = format!("An error occurred ({status}) when calling the HeadObject operation");
                Err(AwsError::new(status.to_string(), why))
            }
        }
    }

    /// The keys below a prefix.
    pub(crate) async fn keys(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, AwsError> {
        let mut keys = Vec::new();
        let mut more = String::new();
        loop {
            let path = format!("/{}?list-type=2&prefix={}{more}", escape(bucket), escape(prefix));
            let text = in_xml(self.send(&Ask::s3(Method::GET, path)).await?)?;
            keys.extend(elements(&text, "Key"));
            match first_element(&text, "NextContinuationToken") {
                Some(token) => more = format!("&continuation-token={}", escape(&token)),
                None => return Ok(keys),
            }
        }
    }

    async fn send(&self, ask: &Ask<'_>) -> Result<Heard, AwsError> {
        let mut wait = WAIT;
        for last in (1..TRIES).map(|_| false).chain([true]) {
            let heard = self.once(ask).await;
            let passes = match &heard {
                Err(_) => true,
                Ok((status, text)) => *status >= 500 || (*status == 400 && text.contains("Throttling")),
            };
            if last || !passes {
                return heard;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(AwsError::new("ConnectionError", "no answer"))
    }

    async fn once(&self, ask: &Ask<'_>) -> Result<Heard, AwsError> {
        let failed =
            |why: String| AwsError::new("ConnectionError", format!("Could not connect to the endpoint: {why}"));
        let now = Utc::now();
        let scope = format!("{}/{}/{}/{}/aws4_request", self.key, now.format("%Y%m%d"), self.region, ask.service);
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(format!("http://127.0.0.1:{}{}", self.port, ask.path))
            .header("user-agent", "AmazonMWAAServerless")
            .header("x-amz-date", now.format("%Y%m%dT%H%M%SZ").to_string())
            // Signatures are not checked here.
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"));
        for (name, value) in [
            ("x-amz-security-token", &self.token),
            ("x-amz-target", &ask.target),
            ("content-type", &ask.kind.to_owned()),
        ] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        let request = request.body(Body::from(ask.body.clone())).map_err(|why| failed(why.to_string()))?;
        let answer = self.pool.send(request).await.map_err(failed)?;
        let status = answer.status().as_u16();
        Ok((status, String::from_utf8_lossy(&collect(answer).await?).into_owned()))
    }
}

impl Ask<'_> {
    fn s3(method: Method, path: String) -> Self {
        Self { method, service: "s3", path, kind: "", target: String::new(), body: String::new() }
    }
}

/// An XML answer, or the error in it.
fn in_xml((status, text): Heard) -> Result<String, AwsError> {
    if status < 300 {
        return Ok(text);
    }
    let part = |name: &str| first_element(&text, name).unwrap_or_default();
    Err(AwsError::new(part("Code"), format!("An error occurred ({}): {}", part("Code"), part("Message")))
        .with_status(status))
}
