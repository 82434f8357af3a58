//! Statements of policies, as far as the services look at them.

use serde_json::Value;
use wildmatch::WildMatch;

/// Whether a trust policy lets a service assume the role.
pub(crate) fn trusts(trust: &Value, principal: &str) -> bool {
    statements(trust).any(|statement| {
        statement["Effect"] == "Allow"
            && texts(&statement["Action"]).any(|action| glob(action, "sts:AssumeRole"))
            && texts(&statement["Principal"]["Service"]).any(|service| service == principal)
    })
}

/// Whether a statement with this effect is about the action and the resource.
pub(crate) fn states(policy: &Value, effect: &str, action: &str, resource: &str) -> bool {
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
    WildMatch::new(pattern).matches(text)
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
