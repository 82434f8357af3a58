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

/// The variables that a child gets, of those that are set.
pub(crate) fn needed() -> impl Iterator<Item = (&'static str, OsString)> {
    NEEDED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}
