//! What MWAA Serverless says on a bad day.

use serde_json::{Value, json};
use strata_local_weather::{Climate, NewRole};
use strata_local_wire::AwsError;

/// Its errors.
pub const CLIMATE: Climate = Climate {
    failures: &[
        (500, "InternalServerException", "Internal server error"),
        (500, "OperationTimeoutException", "The operation timed out."),
    ],
    new_role: Some(NewRole {
        operations: &["CreateWorkflow", "UpdateWorkflow"],
        member: "RoleArn",
        refused: |body, _| new_role(body),
    }),
    members,
    ..Climate::PLAIN
};

fn members(message: &str, throttled: bool) -> Value {
    let mut members = json!({ "Message": message });
    if throttled {
        members["ServiceCode"] = json!("airflow-serverless");
        members["QuotaCode"] = json!("L-LOCAL003");
    }
    members
}

/// What MWAA Serverless says of a role that it cannot use yet.
fn new_role(body: &Value) -> AwsError {
    let role = body["RoleArn"].as_str().unwrap_or_default();
    let why = format!("Unable to assume role {role}");
    let members = json!({ "Message": why, "Reason": "other" });
    AwsError::new("ValidationException", why).with_members(members)
}
