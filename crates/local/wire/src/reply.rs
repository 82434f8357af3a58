//! Answers in the shape of each wire protocol.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use quick_xml::escape::escape;
use serde_json::{Value, json};

use crate::error::AwsError;
use crate::protocol::Protocol;

/// A JSON answer of an AWS service.
pub fn json(protocol: Protocol, body: &Value) -> Response {
    let kind = if protocol == Protocol::Json { "application/x-amz-json-1.1" } else { "application/json" };
    build(200, kind, body.to_string())
}

/// An error as this protocol writes it.
pub fn error(protocol: Protocol, error: &AwsError) -> Response {
    let AwsError { status, code, message, members } = error;
    let (code_xml, message_xml, id) = (escape(code), escape(message), uuid::Uuid::new_v4());
    let (kind, body) = match protocol {
        Protocol::Json | Protocol::RestJson => {
            let mut document = members.as_object().cloned().unwrap_or_default();
            // Some services have it in capitals, as a member of the error.
            if !document.contains_key("Message") {
                document.insert("message".to_string(), json!(message));
            }
            let is_plain = protocol == Protocol::RestJson;
            if !is_plain {
                document.insert("__type".to_string(), json!(code));
            }
            let kind = if is_plain { "application/json" } else { "application/x-amz-json-1.1" };
            (kind, Value::Object(document).to_string())
        }
        Protocol::Ec2 => (
            "text/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code_xml}</Code>\
                 <Message>{message_xml}</Message></Error></Errors><RequestID>{id}</RequestID></Response>"
            ),
        ),
        Protocol::Query => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code_xml}</Code><Message>{message_xml}</Message>\
                 </Error><RequestId>{id}</RequestId></ErrorResponse>"
            ),
        ),
        Protocol::RestXml => (
            "application/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code_xml}</Code>\
                 <Message>{message_xml}</Message><RequestId>{id}</RequestId></Error>"
            ),
        ),
    };
    let mut response = build(*status, kind, body);
    if let (Protocol::Json | Protocol::RestJson, Ok(value)) = (protocol, HeaderValue::from_str(code)) {
        response.headers_mut().insert("x-amzn-errortype", value);
    }
    response
}

/// A plain answer that is not AWS's.
pub fn text(status: u16, body: &str) -> Response {
    build(status, "text/plain; charset=utf-8", body.to_string())
}

/// A JSON answer that is not AWS's.
pub fn plain_json(body: String) -> Response {
    build(200, "application/json", body)
}

fn build(status: u16, kind: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", HeaderValue::from_static(kind));
    if let Ok(id) = HeaderValue::from_str(&uuid::Uuid::new_v4().to_string()) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}
