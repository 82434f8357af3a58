//! The Host header: a web page in a browser could otherwise drive the endpoint through a name that resolves here.

use axum::body::Body;
use http::Request;

/// Prefixes that AWS clients put before the host by themselves; they are no buckets.
const CLIENT_PREFIXES: [&str; 5] = ["api", "env", "ops", "s3", "sts"];

/// The host that the client asked for, without the port.
pub(super) fn of(request: &Request<Body>) -> Option<&str> {
    let host = match request.headers().get("host") {
        Some(value) => value.to_str().ok()?,
        None => request.uri().authority()?.as_str(),
    };
    let end = host.rfind(':').unwrap_or(host.len());
    Some(&host[..end])
}

/// Whether the name means this machine.
pub(super) fn is_local(host: &str) -> bool {
    suffix(host).is_some()
}

/// The bucket in `<bucket>.localhost` or `<bucket>.s3.localhost`.
pub(super) fn bucket(host: &str) -> Option<&str> {
    let name = host.strip_suffix(suffix(host)?)?.strip_suffix('.')?;
    let name = name.strip_suffix(".s3").unwrap_or(name);
    let is_prefix = CLIENT_PREFIXES.contains(&name) || name.starts_with("s3.");
    (!is_prefix && !name.is_empty()).then_some(name)
}

fn suffix(host: &str) -> Option<&'static str> {
    ["localhost", "127.0.0.1"].into_iter().find(|name| {
        let rest = host.strip_suffix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{bucket, is_local};

    #[test]
    fn only_names_of_this_machine_pass() {
        for host in ["localhost", "api.localhost", "127.0.0.1", "api.127.0.0.1", "b.s3.localhost"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["example.com", "notlocalhost", "localhost.example.com", "1127.0.0.1", "", "10.0.0.1"] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn a_bucket_may_stand_before_the_host() {
        assert_eq!(bucket("my.bucket.localhost").unwrap(), "my.bucket");
        assert_eq!(bucket("data.s3.localhost").unwrap(), "data");
        assert_eq!(bucket("localhost"), None);
        assert_eq!(bucket("api.localhost"), None);
        assert_eq!(bucket("s3.localhost"), None);
    }
}
