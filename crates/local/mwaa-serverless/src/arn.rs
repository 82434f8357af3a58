//! What follows from the ARN of a workflow.

use serde_json::Value;

/// The log group of a workflow.
pub(crate) fn log_group(arn: &str, settings: &Value) -> String {
    let named = settings["LoggingConfiguration"]["LogGroupName"].as_str();
    named.map_or_else(|| format!("/aws/mwaa-serverless/{}/", id(arn)), str::to_owned)
}

/// The part of the ARN that is the name and ten characters.
pub(crate) fn id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
