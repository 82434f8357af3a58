//! The execution role: who may assume it, and whether it may read the bucket.

use serde_json::Value;

use super::invalid;
use crate::call::AwsError;
use crate::http_server::decode;
use crate::upstream::{first_element, unescape};
use crate::world::World;

/// The two services that act in an environment's name.
const PRINCIPALS: [&str; 2] = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"];

/// Checks trust and permissions as AWS does in the call.
pub(super) async fn check(world: &World, arn: &str, bucket: &str, dags: &str) -> Result<(), AwsError> {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let text = iam(world, &[("Action", "GetRole"), ("RoleName", name)]).await;
    let text = text.map_err(|_| invalid(format!("Provided role {arn} does not exist")))?;
    let trust = document(&text, "AssumeRolePolicyDocument");
    if !PRINCIPALS.iter().all(|principal| trusts(&trust, principal)) {
        return Err(invalid(format!(
            "Provided role {arn} must be assumable by the principals {}",
            PRINCIPALS.join(" and ")
        )));
    }
    let policies = policies(world, name).await?;
    let may = |action: &str, resource: &str| {
        let verdict = |effect: &str| policies.iter().any(|policy| states(policy, effect, action, resource));
        verdict("Allow") && !verdict("Deny")
    };
    let location = format!("{bucket}/{}", dags.trim_matches('/'));
    if may("s3:ListBucket", &format!("arn:aws:s3:::{bucket}"))
        && may("s3:GetObject", &format!("arn:aws:s3:::{location}/x"))
    {
        return Ok(());
    }
    Err(invalid(format!("Provided role does not have sufficient permissions for s3 location {location}")))
}

/// Whether a role lets a service assume it; `None` where there is no such role.
pub(crate) async fn trusted(world: &World, arn: &str, principal: &str) -> Option<bool> {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let text = iam(world, &[("Action", "GetRole"), ("RoleName", name)]).await.ok()?;
    let is_same = first_element(&text, "Arn").is_some_and(|found| found == arn);
    is_same.then(|| trusts(&document(&text, "AssumeRolePolicyDocument"), principal))
}

/// Every policy document of the role.
async fn policies(world: &World, role: &str) -> Result<Vec<Value>, AwsError> {
    let mut found = Vec::new();
    let inline = iam(world, &[("Action", "ListRolePolicies"), ("RoleName", role)]).await?;
    for policy in elements(&inline, "member") {
        let params = [("Action", "GetRolePolicy"), ("RoleName", role), ("PolicyName", policy.as_str())];
        found.push(document(&iam(world, &params).await?, "PolicyDocument"));
    }
    let attached = iam(world, &[("Action", "ListAttachedRolePolicies"), ("RoleName", role)]).await?;
    for arn in elements(&attached, "PolicyArn") {
        let policy = iam(world, &[("Action", "GetPolicy"), ("PolicyArn", arn.as_str())]).await?;
        let version = first_element(&policy, "DefaultVersionId").unwrap_or_default();
        let params = [("Action", "GetPolicyVersion"), ("PolicyArn", arn.as_str()), ("VersionId", version.as_str())];
        found.push(document(&iam(world, &params).await?, "Document"));
    }
    Ok(found)
}

async fn iam(world: &World, params: &[(&str, &str)]) -> Result<String, AwsError> {
    let mut all = vec![("Version", "2010-05-08")];
    all.extend_from_slice(params);
    world.upstream.query("us-east-1", "iam", &all).await
}

/// A policy document inside an answer, which is percent-encoded JSON.
fn document(xml: &str, element: &str) -> Value {
    let text = first_element(xml, element).unwrap_or_default();
    let plain = if text.trim_start().starts_with('{') { text } else { decode(&text.replace('+', "%2B")) };
    serde_json::from_str(&plain).unwrap_or(Value::Null)
}

fn elements(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&open).skip(1).filter_map(|part| part.split(&close).next());
    parts.filter(|part| !part.contains('<')).map(unescape).collect()
}

fn trusts(trust: &Value, principal: &str) -> bool {
    statements(trust).any(|statement| {
        statement["Effect"] == "Allow"
            && texts(&statement["Action"]).any(|action| glob(action, "sts:AssumeRole"))
            && texts(&statement["Principal"]["Service"]).any(|service| service == principal)
    })
}

fn states(policy: &Value, effect: &str, action: &str, resource: &str) -> bool {
    statements(policy).any(|statement| {
        statement["Effect"] == effect
            && texts(&statement["Action"]).any(|pattern| glob(&pattern.to_lowercase(), &action.to_lowercase()))
            && texts(&statement["Resource"]).any(|pattern| glob(pattern, resource))
    })
}

fn statements(policy: &Value) -> impl Iterator<Item = &Value> {
    let all = &policy["Statement"];
    all.as_array().map_or(std::slice::from_ref(all), Vec::as_slice).iter()
}

/// One string, or a list of them.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str)
}

/// IAM's patterns: `*` is any text, `?` any character.
fn glob(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            let rest = &pattern[1..];
            text.char_indices().map(|(at, _)| &text[at..]).chain([""]).any(|tail| glob(rest, tail))
        }
        (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
            glob(&pattern[wanted.len_utf8()..], &text[found.len_utf8()..])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{glob, states, trusts};

    #[test]
    fn patterns_are_those_of_iam() {
        assert!(glob("s3:Get*", "s3:GetObject"));
        assert!(glob("*", ""));
        assert!(glob("arn:aws:s3:::b/*/x", "arn:aws:s3:::b/dags/x"));
        assert!(!glob("s3:Get", "s3:GetObject"));
        assert!(!glob("arn:aws:s3:::b", "arn:aws:s3:::b/x"));
    }

    #[test]
    fn a_policy_may_be_one_statement_or_many() {
        let one = json!({ "Statement": { "Effect": "Allow", "Action": "s3:List*", "Resource": ["a", "b*"] } });
        assert!(states(&one, "Allow", "s3:ListBucket", "bucket"));
        assert!(!states(&one, "Deny", "s3:ListBucket", "bucket"));
        let trust = json!({ "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": ["airflow.amazonaws.com"] } }] });
        assert!(trusts(&trust, "airflow.amazonaws.com"));
        assert!(!trusts(&trust, "airflow-env.amazonaws.com"));
    }
}
