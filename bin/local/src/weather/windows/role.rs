//! New roles: IAM itself does not know them everywhere yet, and services cannot assume them yet. AWS says so in many ways.

use std::time::Instant;

use serde_json::Value;

use super::{Refusal, Seen, Strike, Windows};
use crate::call::AwsError;
use crate::http_server::parameter;
use crate::weather::draw::pick;

/// A role that was made or changed a moment ago.
pub(super) struct NewRole {
    /// IAM does not find it until then.
    known: Instant,
    /// Services cannot use it so long.
    usable: Refusal,
}

/// Calls to IAM that may not find a new role.
const LOOKS: [&str; 7] = [
    "GetRole",
    "GetRolePolicy",
    "ListRolePolicies",
    "ListAttachedRolePolicies",
    "ListRoleTags",
    "PutRolePolicy",
    "AttachRolePolicy",
];

impl Windows {
    pub(super) fn refuse_role(&mut self, call: &Seen) -> Option<Strike> {
        let (name, error) = match (call.service, call.operation) {
            ("iam", operation) if LOOKS.contains(&operation) => {
                let name = in_form(call)?;
                if Instant::now() >= self.roles.get(&name)?.known {
                    return None;
                }
                let why = format!("The role with name {name} cannot be found.");
                ("not_found", AwsError::new("NoSuchEntity", why).with_status(404))
            }
            ("glue", "CreateCrawler" | "UpdateCrawler") => {
                let body = self.unusable(call, "Role")?;
                ("role", glue(&body, self.draw("glue role")))
            }
            ("airflow", "CreateEnvironment" | "UpdateEnvironment") => {
                let body = self.unusable(call, "ExecutionRoleArn")?;
                ("role", airflow(&body, self.draw("mwaa role")))
            }
            ("kms", "CreateKey" | "PutKeyPolicy") => {
                self.named_in_policy(call)?;
                let why = "Policy contains a statement with one or more invalid principals.";
                ("role", AwsError::new("MalformedPolicyDocumentException", why))
            }
            ("airflow-serverless", "CreateWorkflow" | "UpdateWorkflow") => {
                ("role", airflow_serverless(&self.unusable(call, "RoleArn")?))
            }
            _ => return None,
        };
        Some(Strike::refusal(name, error))
    }

    /// The parameters of a call whose role cannot be used yet.
    fn unusable(&mut self, call: &Seen, member: &str) -> Option<Value> {
        let body: Value = serde_json::from_slice(call.body).ok()?;
        let name = body[member].as_str()?.rsplit('/').next()?;
        self.roles.get_mut(name)?.usable.refuses().then_some(body)
    }

    /// Whether the policy of a call names a role that cannot be used yet.
    fn named_in_policy(&mut self, call: &Seen) -> Option<()> {
        let body: Value = serde_json::from_slice(call.body).ok()?;
        let policy = body["Policy"].as_str()?;
        let mut named = self.roles.iter_mut().filter(|(name, _)| policy.contains(&format!("/{name}\"")));
        named.any(|(_, role)| role.usable.refuses()).then_some(())
    }

    pub(super) fn learn_role(&mut self, call: &Seen) {
        let Some(name) = in_form(call) else { return };
        match call.operation {
            "CreateRole" => {
                let known = self.until("role known", 50, 0.1, 1.0);
                let usable = self.refusal("role usable", 70, 0.2, 2.0, 3);
                self.roles.insert(name, NewRole { known, usable });
            }
            "PutRolePolicy" | "AttachRolePolicy" | "UpdateAssumeRolePolicy" => {
                let usable = self.refusal("role usable", 70, 0.2, 2.0, 3);
                self.roles.entry(name).or_insert(NewRole { known: Instant::now(), usable }).usable = usable;
            }
            "DeleteRole" => {
                self.roles.remove(&name);
            }
            _ => {}
        }
    }
}

fn in_form(call: &Seen) -> Option<String> {
    parameter(std::str::from_utf8(call.body).ok()?, "RoleName")
}

/// What Glue says of a role that it cannot assume yet, in one of its wordings.
fn glue(body: &Value, number: u64) -> AwsError {
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
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    AwsError::new("InvalidInputException", pick(number, &words))
}

/// What MWAA Serverless says of a role that it cannot use yet.
fn airflow_serverless(body: &Value) -> AwsError {
    let role = body["RoleArn"].as_str().unwrap_or_default();
    let why = format!("Unable to assume role {role}");
    let members = serde_json::json!({ "Message": why, "Reason": "other" });
    AwsError::new("ValidationException", why).with_members(members)
}

/// What MWAA says of a role that it cannot use yet.
fn airflow(body: &Value, number: u64) -> AwsError {
    let bucket = body["SourceBucketArn"].as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default();
    let dags = body["DagS3Path"].as_str().unwrap_or_default();
    let refused = "Invalid request provided: Provided role does not have sufficient permissions";
    match number % 3 {
        0 => AwsError::new("ValidationException", refused),
        1 => AwsError::new("ValidationException", format!("{refused} for s3 location {bucket}/{dags}")),
        _ => AwsError::new("InternalServerException", "Internal server error").with_status(500),
    }
}
