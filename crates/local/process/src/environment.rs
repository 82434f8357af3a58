//! What child processes see of this process's environment: the person's credentials are none of their business, and
//! moto lives for days.

use std::ffi::OsString;

/// Where programs, files and the time are, and how many processors to use.
const NEEDED: [&str; 12] = [
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "TZ",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "RUST_BACKTRACE",
    "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "PYTHONDONTWRITEBYTECODE",
];

/// How packages are fetched: proxies, certificates, where caches are. Everything that begins as in `FETCHERS`, too.
const FETCHING: [&str; 11] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];

/// The settings of pip and uv.
const FETCHERS: [&str; 2] = ["PIP_", "UV_"];

/// The variables that a child gets, of those that are set.
pub fn needed() -> impl Iterator<Item = (&'static str, OsString)> {
    NEEDED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// The variables by which an endpoint in the background fetches Airflow as its person would.
pub fn fetching() -> impl Iterator<Item = (OsString, OsString)> {
    let is_wanted = |name: &str| {
        FETCHING.contains(&name.to_ascii_uppercase().as_str()) || FETCHERS.iter().any(|start| name.starts_with(start))
    };
    std::env::vars_os().filter(move |(name, _)| name.to_str().is_some_and(is_wanted))
}
