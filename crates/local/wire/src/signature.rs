//! A signature that is never checked: moto only reads the region and the service out of its scope.

use http::request::Builder;

/// moto's own account, which a caller gets whose key does not name another one.
pub const ACCOUNT: &str = "123456789012";

/// Adds the headers by which moto finds account, region and service.
pub fn headers(request: Builder, region: &str, service: &str) -> Builder {
    let scope = format!("local/20260101/{region}/{service}/aws4_request");
    request
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
        .header("x-amz-date", "20260101T000000Z")
}
