//! The service's errors. Each has its message in a member `Message`, unlike those of most services.

use serde_json::{Value, json};

use strata_local_wire::AwsError;

/// A request that breaks a rule, for one of AWS's reasons: `fieldValidationFailed`, `cannotParse`, `other`.
pub(crate) fn invalid(reason: &str, why: impl Into<String>) -> AwsError {
    error("ValidationException", why.into(), json!({ "Reason": reason }))
}

/// A member that breaks a rule of the model.
pub(crate) fn field(name: &str, value: &str, rule: &str) -> AwsError {
    let rule = format!("Value {value} at '{name}' failed to satisfy constraint: {rule}");
    let more = json!({ "Reason": "fieldValidationFailed", "FieldList": [{ "Name": name, "Message": rule }] });
    error("ValidationException", format!("1 validation error detected: {rule}"), more)
}

/// A definition that the service does not take.
pub(crate) fn definition(why: impl std::fmt::Display) -> AwsError {
    invalid("other", format!("Workflow definition is not valid: {why}"))
}

/// Something that is not there.
pub(crate) fn missing(kind: &str, id: &str) -> AwsError {
    let more = json!({ "ResourceId": id, "ResourceType": kind });
    error("ResourceNotFoundException", format!("{kind} {id} was not found"), more)
}

/// A state of things that the call does not fit.
pub(crate) fn conflict(kind: &str, id: &str, why: impl Into<String>) -> AwsError {
    error("ConflictException", why.into(), json!({ "ResourceId": id, "ResourceType": kind }))
}

/// One more than the service allows.
pub(crate) fn quota(kind: &str, id: &str, why: impl Into<String>) -> AwsError {
    let more = json!({
        "ResourceId": id, "ResourceType": kind, "ServiceCode": "airflow-serverless", "QuotaCode": "L-LOCAL002",
    });
    error("ServiceQuotaExceededException", why.into(), more)
}

fn error(code: &str, why: String, mut members: Value) -> AwsError {
    members["Message"] = json!(why);
    AwsError::new(code, why).with_members(members)
}
