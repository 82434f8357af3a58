//! uv, which installs Python packages: one version for all that the endpoint installs.

/// The version on PyPI.
pub const VERSION: &str = "0.13.8";
