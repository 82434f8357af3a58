//! A signature that nobody checks: moto only reads the region and the service out of its scope.

use http::request::Builder;

/// moto's own account, which a caller gets whose key does not name another one.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Adds the headers by which moto finds account, region and service.
pub(crate) fn headers(request: Builder, region: &str, service: &str) -> Builder {
    let scope = format!("local/20260101/{region}/{service}/aws4_request");
    request
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
        .header("x-amz-date", "20260101T000000Z")
}

/// Percent-encodes everything but unreserved characters.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
