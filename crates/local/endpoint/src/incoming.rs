//! A request by AWS's names: service, operation, region. They are known before any work is done.

use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Uri};
use serde_json::Value;
use strata_local_cloud::Cloud;
use strata_local_wire::signature::ACCOUNT;
use strata_local_wire::{AwsError, Call, Caller, Content, Protocol};

use crate::dispatch::{Dispatched, failed};
use crate::{host, scope};

/// A body that has to be read whole may have this size: a Glue or Athena call with everything it may hold.
const LARGEST_BODY: usize = 64 << 20;

/// Finds out what a request asks for.
pub(crate) async fn read(cloud: &Cloud, host_name: &str, request: Request<Body>) -> Result<Call, Dispatched> {
    let (mut parts, body) = request.into_parts();
    let Some(scope::Scope { service, region }) = scope::of(&parts) else {
        let why = "Missing Authentication Token: sign the request as AWS clients do; any key will do here";
        let why = AwsError::new("MissingAuthenticationToken", why).with_status(403);
        return Err(failed("unsigned", format!("{} {}", parts.method, parts.uri.path()), Protocol::RestXml, why));
    };
    let protocol = Protocol::of(&service, &parts);
    let body = if protocol == Protocol::RestXml {
        in_path_style(&mut parts, host_name);
        Content::Stream(body)
    } else {
        match axum::body::to_bytes(body, LARGEST_BODY).await {
            Ok(whole) => Content::Whole(whole),
            Err(why) => {
                let why = AwsError::new("RequestEntityTooLarge", why.to_string()).with_status(413);
                return Err(failed(&service, "Unread".to_string(), protocol, why));
            }
        }
    };
    let whole = match &body {
        Content::Whole(whole) => whole.clone(),
        Content::Stream(_) => Bytes::new(),
    };
    let named = cloud.services.find(&service).and_then(|service| service.operation(&parts));
    let operation = named.or_else(|| protocol.operation(&parts, &whole));
    let operation = operation.unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path()));
    let input = match input(protocol, &whole) {
        Ok(input) => input,
        Err(why) => {
            let why = AwsError::new("SerializationException", why.to_string());
            return Err(failed(&service, operation, protocol, why));
        }
    };
    let (account, caller) = (ACCOUNT.to_string(), Caller::Client);
    Ok(Call { service, operation, region, account, caller, protocol, parts, body, input })
}

/// The body as JSON, where the protocol has it.
fn input(protocol: Protocol, whole: &Bytes) -> serde_json::Result<Value> {
    match protocol {
        Protocol::Json | Protocol::RestJson => {
            serde_json::from_slice(if whole.is_empty() { b"{}" } else { whole.as_ref() })
        }
        _ => Ok(Value::Null),
    }
}

/// Moves the bucket from the host name into the path.
fn in_path_style(parts: &mut Parts, host_name: &str) {
    let Some(bucket) = host::bucket(host_name) else { return };
    let old = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if let Ok(uri) = format!("/{bucket}{old}").parse::<Uri>() {
        parts.uri = uri;
        parts.headers.remove("host");
    }
}
