//! What MWAA says on a bad day.

use serde_json::Value;
use strata_local_weather::{Climate, NewRole};
use strata_local_wire::AwsError;

/// Its errors.
pub const CLIMATE: Climate = Climate {
    failures: &[
        (500, "InternalServerException", "Internal server error"),
        (503, "ServiceUnavailableException", "The service is unavailable. Please try again later."),
    ],
    new_role: Some(NewRole {
        operations: &["CreateEnvironment", "UpdateEnvironment"],
        member: "ExecutionRoleArn",
        refused: new_role,
    }),
    ..Climate::PLAIN
};

/// What MWAA says of a role that it cannot use yet.
fn new_role(body: &Value, number: u64) -> AwsError {
    let bucket = body["SourceBucketArn"].as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default();
    let dags = body["DagS3Path"].as_str().unwrap_or_default();
    let refused = "Invalid request provided: Provided role does not have sufficient permissions";
    match number % 3 {
        0 => AwsError::new("ValidationException", refused),
        1 => AwsError::new("ValidationException", format!("{refused} for s3 location {bucket}/{dags}")),
        _ => AwsError::new("InternalServerException", "Internal server error").with_status(500),
    }
}
