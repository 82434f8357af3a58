//! What of a request may be kept: what it says, without what signs it.

use std::collections::BTreeMap;

use http::HeaderMap;

/// `x-amz-` headers that say nothing about the operation, or are secret.
const LEFT_OUT: [&str; 6] = [
    "x-amz-date",
    "x-amz-user-agent",
    "x-amz-security-token",
    "x-amz-content-sha256",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
];

/// The query without what signs a link: a reader of the record could use it.
pub fn query(query: &str) -> String {
    let secret = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        ["x-amz-security-token", "x-amz-signature", "x-amz-credential", "signature", "awsaccesskeyid"]
            .contains(&name.as_str())
    };
    query.split('&').filter(|pair| !secret(pair)).collect::<Vec<_>>().join("&")
}

/// Headers that carry parameters.
pub fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let tells = |name: &str| {
        (name.starts_with("x-amz-") && !LEFT_OUT.contains(&name))
            || name.starts_with("if-")
            || ["content-type", "content-md5", "content-encoding", "range"].contains(&name)
    };
    let kept = headers.iter().filter(|(name, _)| tells(name.as_str()));
    kept.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}
