//! Athena's error for a request that it refuses.

use strata_local_wire::AwsError;

/// A request that the service refuses.
pub(crate) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message.into())
}
