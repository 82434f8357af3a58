//! Why the program stops, and its exit code.

use std::fmt;

/// A sentence for a person and an exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// 1 failed, 2 bad input.
    pub(crate) code: u8,
    text: String,
}

impl Failure {
    /// Bad input: nothing was written.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { code: 2, text: text.into() }
    }

    /// Something on this machine did not work.
    pub(crate) fn failed(doing: &str, error: impl fmt::Display) -> Self {
        Self { code: 1, text: format!("{doing}: {error}") }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<strata_state::Error> for Failure {
    fn from(error: strata_state::Error) -> Self {
        Self::usage(error.to_string())
    }
}
