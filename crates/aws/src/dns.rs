//! Names that mean this machine: `localhost`, everything below it (RFC 6761), and everything below `127.0.0.1`.
//!
//! The MWAA client puts `api.`, `env.` and `ops.` before the endpoint's host, and no hosts file knows `api.localhost`.

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};

/// Resolves loopback names itself and asks the system for all others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver;

/// Whether `host` can only be this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    ["localhost", "127.0.0.1"]
        .iter()
        .any(|name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether an error says that no host has the name that was looked for, as in a region without the service.
#[must_use]
pub fn is_unknown_host(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<ResolveDnsError>())
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            if is_loopback(name) {
                return Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
            }
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, is_unknown_host};
    use aws_smithy_runtime_api::client::dns::ResolveDnsError;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    #[test]
    fn a_host_that_nobody_knows_is_told_from_one_that_does_not_answer() {
        let io = || std::io::Error::other("refused");
        assert!(is_unknown_host(&ConnectorError::io(Box::new(ResolveDnsError::new(io())))));
        assert!(!is_unknown_host(&ConnectorError::io(Box::new(io()))));
    }

    #[test]
    fn only_loopback_names_are_loopback() {
        for name in ["localhost", "api.localhost", "env.LOCALHOST.", "127.0.0.1", "api.127.0.0.1"] {
            assert!(is_loopback(name), "{name}");
        }
        for name in ["notlocalhost", "localhost.example.com", "127.0.0.10", "1127.0.0.1"] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
