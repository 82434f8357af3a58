//! The Host header: a web page in a browser could otherwise drive the endpoint through a name that resolves here.

use axum::body::Body;
use http::Request;

/// Prefixes that AWS clients put before the host by themselves; they are no buckets.
const CLIENT_PREFIXES: [&str; 5] = ["api", "env", "ops", "s3", "sts"];

/// The host that the client asked for, without the port. None where it says several.
pub(crate) fn of(request: &Request<Body>) -> Option<&str> {
    let mut all = request.headers().get_all("host").iter();
    let host = match (all.next(), all.next()) {
        (Some(value), None) => value.to_str().ok()?,
        (None, _) => request.uri().authority()?.as_str(),
        (Some(_), Some(_)) => return None,
    };
    if request.uri().authority().is_some_and(|authority| !is_local(without_port(authority.as_str()))) {
        return None;
    }
    Some(without_port(host))
}

fn without_port(host: &str) -> &str {
    &host[..host.rfind(':').unwrap_or(host.len())]
}

/// Whether the name means this machine.
pub(crate) fn is_local(host: &str) -> bool {
    suffix(host).is_some()
}

/// Whether a browser says that a page of another site asks. A form or an image needs no permission to send a request
/// here, and the Host header is right then.
pub(crate) fn is_from_another_site(request: &Request<Body>) -> bool {
    let all = |name: &str| request.headers().get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let foreign = |origin: &str| origin.split_once("://").is_none_or(|(_, host)| !is_local(without_port(host)));
    all("origin").any(foreign) || all("sec-fetch-site").any(|site| site.eq_ignore_ascii_case("cross-site"))
}

/// The bucket in `<bucket>.localhost` or `<bucket>.s3.localhost`.
pub(crate) fn bucket(host: &str) -> Option<&str> {
    let name = host.strip_suffix(suffix(host)?)?.strip_suffix('.')?;
    let name = name.strip_suffix(".s3").unwrap_or(name);
    let is_prefix = CLIENT_PREFIXES.contains(&name) || name.starts_with("s3.");
    (!is_prefix && !name.is_empty()).then_some(name)
}

fn suffix(host: &str) -> Option<&'static str> {
    ["localhost", "127.0.0.1"].into_iter().find(|name| {
        let rest = host.strip_suffix(name);
        // The characters of host names and buckets, so that no path or fragment ends in a name of this machine.
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        rest.is_some_and(|rest| rest.is_empty() || (rest.ends_with('.') && rest.chars().all(plain)))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{bucket, is_from_another_site, is_local};
    use axum::body::Body;
    use http::Request;

    #[test]
    fn a_page_of_another_site_is_known_by_what_browsers_send() {
        let says = |name: &str, value: &str| {
            let request = Request::post("http://localhost:4566/").header(name, value).body(Body::empty()).unwrap();
            is_from_another_site(&request)
        };
        for origin in ["https://example.com", "null", "http://localhost.example.com", "http://example.com:4566", ""] {
            assert!(says("origin", origin), "{origin}");
        }
        assert!(says("sec-fetch-site", "cross-site"));
        for origin in ["http://localhost:4566", "http://127.0.0.1:8000", "http://localhost"] {
            assert!(!says("origin", origin), "{origin}");
        }
        assert!(!says("sec-fetch-site", "none"));
        assert!(!says("user-agent", "boto3"));
    }

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
