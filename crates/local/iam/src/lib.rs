//! Roles as services see them: whether they may assume one, and what it may do. IAM itself is moto's.

mod policy;

use serde_json::Value;
use strata_local_cloud::Cloud;
use strata_local_wire::xml::{elements, first_element};
use strata_local_wire::{AwsError, Caller, form};

/// IAM is asked in this region; it is the same in all.
const REGION: &str = "us-east-1";

/// A role of the account.
#[derive(Debug)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    name: String,
    trust: Value,
}

/// What a role may do.
#[derive(Debug)]
pub struct Rights(Vec<Value>);

impl Role {
    /// The role with this name or ARN.
    ///
    /// # Errors
    /// IAM's: there is no such role, say.
    pub async fn find(cloud: &Cloud, caller: &Caller, name_or_arn: &str) -> Result<Self, AwsError> {
        let name = name_or_arn.rsplit('/').next().unwrap_or(name_or_arn).to_owned();
        let text = ask(cloud, caller, &[("Action", "GetRole"), ("RoleName", &name)]).await?;
        let arn = first_element(&text, "Arn").unwrap_or_default();
        Ok(Self { arn, name, trust: document(&text, "AssumeRolePolicyDocument") })
    }

    /// Whether a service may assume it: `glue.amazonaws.com`.
    pub fn trusts(&self, principal: &str) -> bool {
        policy::trusts(&self.trust, principal)
    }

    /// What its policies say.
    ///
    /// # Errors
    /// IAM's.
    pub async fn rights(&self, cloud: &Cloud, caller: &Caller) -> Result<Rights, AwsError> {
        let role = ("RoleName", self.name.as_str());
        let mut found = Vec::new();
        let inline = ask(cloud, caller, &[("Action", "ListRolePolicies"), role]).await?;
        for policy in elements(&inline, "member") {
            let params = [("Action", "GetRolePolicy"), role, ("PolicyName", policy.as_str())];
            found.push(document(&ask(cloud, caller, &params).await?, "PolicyDocument"));
        }
        let attached = ask(cloud, caller, &[("Action", "ListAttachedRolePolicies"), role]).await?;
        for arn in elements(&attached, "PolicyArn") {
            let policy = ask(cloud, caller, &[("Action", "GetPolicy"), ("PolicyArn", arn.as_str())]).await?;
            let version = first_element(&policy, "DefaultVersionId").unwrap_or_default();
            let params = [("Action", "GetPolicyVersion"), ("PolicyArn", arn.as_str()), ("VersionId", version.as_str())];
            found.push(document(&ask(cloud, caller, &params).await?, "Document"));
        }
        Ok(Rights(found))
    }
}

impl Rights {
    /// Whether an action on a resource is allowed and not denied.
    pub fn allow(&self, action: &str, resource: &str) -> bool {
        let verdict = |effect: &str| self.0.iter().any(|document| policy::states(document, effect, action, resource));
        verdict("Allow") && !verdict("Deny")
    }
}

async fn ask(cloud: &Cloud, caller: &Caller, params: &[(&str, &str)]) -> Result<String, AwsError> {
    let mut all = vec![("Version", "2010-05-08")];
    all.extend_from_slice(params);
    cloud.query(caller, REGION, "iam", &all).await
}

/// A policy document inside an answer, which is percent-encoded JSON.
fn document(xml: &str, element: &str) -> Value {
    let text = first_element(xml, element).unwrap_or_default();
    let plain = if text.trim_start().starts_with('{') { text } else { form::decode(&text) };
    serde_json::from_str(&plain).unwrap_or(Value::Null)
}
