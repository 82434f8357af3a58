//! Why a schedule cannot be read.

/// A schedule expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schedule '{expression}' {why}")]
pub struct Refused {
    /// The expression.
    pub expression: String,
    /// What is wrong with it, as the rest of a sentence: `has 4 fields; a cron expression has 5`.
    pub why: String,
}
