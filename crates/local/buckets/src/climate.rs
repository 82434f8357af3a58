//! What S3 says on a bad day.

use strata_local_weather::{Climate, operation_aborted};

/// Its errors.
pub const CLIMATE: Climate = Climate {
    failures: &[
        (500, "InternalError", "We encountered an internal error. Please try again."),
        (503, "ServiceUnavailable", "Service is unable to handle request."),
    ],
    throttled: |_| (503, "SlowDown", "Please reduce your request rate."),
    conflict: |call| changes_settings(call.operation).then(operation_aborted),
    ..Climate::PLAIN
};

fn changes_settings(operation: &str) -> bool {
    operation == "PutPublicAccessBlock"
        || ["PutBucket", "DeleteBucket"].iter().any(|start| operation.starts_with(start) && operation != *start)
}
