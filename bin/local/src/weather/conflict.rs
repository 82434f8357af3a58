//! Conflicts with work that somebody else, or AWS itself, is doing on the same thing. They pass.

use serde_json::Value;

use super::Seen;
use crate::call::AwsError;

/// AWS's error when this call meets other work, where its service has one.
pub(super) fn of(call: &Seen) -> Option<AwsError> {
    Some(match (call.service, call.operation) {
        ("s3", operation) if changes_settings(operation) => bucket(),
        ("glue", "UpdateCrawler" | "DeleteCrawler") => {
            let body: Value = serde_json::from_slice(call.body).unwrap_or_default();
            let name = body["Name"].as_str().unwrap_or_default();
            AwsError::new("CrawlerRunningException", format!("Crawler with name {name} is currently running"))
        }
        (
            "glue",
            "CreateDatabase" | "UpdateDatabase" | "DeleteDatabase" | "CreateTable" | "UpdateTable" | "DeleteTable"
            | "CreateJob" | "UpdateJob",
        ) => {
            let why = "The resource is being modified by another request. Please try again.";
            AwsError::new("ConcurrentModificationException", why)
        }
        ("logs", "CreateLogGroup" | "DeleteLogGroup" | "PutRetentionPolicy" | "DeleteRetentionPolicy") => {
            let why = "A conflicting operation is currently in progress against this resource. Please try again.";
            AwsError::new("OperationAbortedException", why)
        }
        ("kms", "RotateKeyOnDemand") => {
            let why = "The request was rejected because an automatic rotation of this key is currently in progress or \
                 scheduled to begin within the next 20 minutes.";
            AwsError::new("ConflictException", why)
        }
        ("iam", "CreateRole" | "DeleteRole" | "TagRole") => {
            let why = "The request was rejected because multiple requests to change this object were submitted \
                 simultaneously. Wait a few minutes and submit your request again.";
            AwsError::new("ConcurrentModification", why).with_status(409)
        }
        _ => return None,
    })
}

/// S3's error while a bucket is being made, deleted or set by another call.
pub(super) fn bucket() -> AwsError {
    let why = "A conflicting conditional operation is currently in progress against this resource. Please try again.";
    AwsError::new("OperationAborted", why).with_status(409)
}

fn changes_settings(operation: &str) -> bool {
    operation == "PutPublicAccessBlock"
        || ["PutBucket", "DeleteBucket"].iter().any(|start| operation.starts_with(start) && operation != *start)
}
