//! What Glue says on a bad day.

use serde_json::Value;
use strata_local_weather::{Climate, NewRole};
use strata_local_wire::{AwsError, Seen};

/// Its errors.
pub const CLIMATE: Climate = Climate {
    failures: &[
        (500, "InternalServiceException", "Internal service error."),
        (500, "InternalFailure", "The request processing has failed because of an unknown error."),
    ],
    conflict,
    new_role: Some(NewRole { operations: &["CreateCrawler", "UpdateCrawler"], member: "Role", refused: new_role }),
    ..Climate::PLAIN
};

fn conflict(call: &Seen) -> Option<AwsError> {
    match call.operation {
        "UpdateCrawler" | "DeleteCrawler" => {
            let body: Value = serde_json::from_slice(call.body).unwrap_or_default();
            let name = body["Name"].as_str().unwrap_or_default();
            Some(AwsError::new("CrawlerRunningException", format!("Crawler with name {name} is currently running")))
        }
        "CreateDatabase" | "UpdateDatabase" | "DeleteDatabase" | "CreateTable" | "UpdateTable" | "DeleteTable"
        | "CreateJob" | "UpdateJob" => {
            let why = "The resource is being modified by another request. Please try again.";
            Some(AwsError::new("ConcurrentModificationException", why))
        }
        _ => None,
    }
}

/// What Glue says of a role that it cannot assume yet, in one of its wordings.
fn new_role(body: &Value, number: u64) -> AwsError {
    let role = body["Role"].as_str().unwrap_or_default();
    let mut words = vec![
        "Service is unable to assume provided role. Please verify role's TrustPolicy".to_string(),
        format!("Service is unable to assume the role {role} to access null. Please verify the role's TrustPolicy."),
        "com.amazonaws.services.glue.model.AccessDeniedException: You need to enable AWS Security Token Service for this \
         region. . Please verify the role's TrustPolicy."
            .to_string(),
        "The security token included in the request is invalid. (Service: AWSSecurityTokenService; Status Code: 403; Error \
         Code: InvalidClientTokenId; Request ID: 5f2c7b1e-8d0a-4a53-9a5e-1c5de51a2b90; Proxy: null)"
            .to_string(),
        "Insufficient Lake Formation permission(s) on s3 location".to_string(),
    ];
    // What only a crawler with these hears.
    if body["CrawlerSecurityConfiguration"].is_string() {
        words.push(
            "Error trying to retrieve security config, error message: The security token included in the request is invalid."
                .to_string(),
        );
    }
    if body.to_string().contains("ConnectionName") {
        words.push(format!(
            "Unable to retrieve connection: User: {role}/AWS-Crawler is not authorized to perform: glue:GetConnection on \
             resource: * (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException)"
        ));
    }
    let chosen = usize::try_from(number % words.len() as u64).unwrap_or_default();
    AwsError::new("InvalidInputException", words.swap_remove(chosen))
}
