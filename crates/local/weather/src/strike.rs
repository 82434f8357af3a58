//! What happens to a call.

use strata_local_wire::AwsError;

use crate::fault::Kind;

/// What happens to a call.
#[derive(Debug, Clone)]
pub struct Strike {
    /// How, in the words of the settings: `lost`.
    pub name: &'static str,
    /// What is done about it.
    pub kind: Kind,
    /// What is answered, where an error is.
    pub error: AwsError,
}

impl Strike {
    /// An error before the work, for a reason of its own.
    pub(crate) fn refusal(name: &'static str, error: AwsError) -> Self {
        Self { name, kind: Kind::Error, error }
    }
}
