//! What policy documents allow. `iam:Simulate...` would ask AWS the same, at the price of a right that a deployer need not
//! have; the local endpoint could not answer it.
//!
//! In doubt it says yes, since a refusal here stops an `up` that AWS would accept: an Allow with a condition counts, a
//! Deny with one does not.

use super::glob::matches;
use serde_json::Value;

/// Whether these documents together allow `action` on `resource`.
pub(super) fn allow(documents: &[Value], action: &str, resource: &str) -> bool {
    let states =
        |effect: &str, statement: &&Value| statement["Effect"] == effect && speaks_of(statement, action, resource);
    let mut all = documents.iter().flat_map(statements);
    let allowed = all.any(|statement| states("Allow", &statement));
    let mut all = documents.iter().flat_map(statements);
    let denied = all.any(|statement| statement.get("Condition").is_none() && states("Deny", &statement));
    allowed && !denied
}

/// Whether a trust document lets `service` assume the role on behalf of `source`, an ARN in `account`.
pub(super) fn trusts(document: &Value, service: &str, account: &str, source: &str) -> bool {
    let may = |statement: &&Value| {
        let named = |principal: &str| texts(&statement["Principal"][principal]).any(|name| name == service);
        (named("Service") || statement["Principal"] == "*")
            && texts(&statement["Action"]).any(|action| matches(&action.to_lowercase(), "sts:assumerole"))
            && holds(&statement["Condition"], account, source)
    };
    statements(document).any(|statement| statement["Effect"] == "Allow" && may(&statement))
}

/// Whether the conditions on who is behind the call are met. Of other conditions nothing is known here.
fn holds(conditions: &Value, account: &str, source: &str) -> bool {
    conditions.as_object().into_iter().flatten().all(|(operator, keys)| {
        let compares = operator.starts_with("String") || operator.starts_with("Arn");
        keys.as_object().into_iter().flatten().all(|(key, wanted)| {
            let value = match key.to_lowercase().as_str() {
                "aws:sourceaccount" => account,
                "aws:sourcearn" => source,
                _ => return true,
            };
            let met = texts(wanted).any(|pattern| matches(pattern, value));
            !compares || met != operator.contains("Not")
        })
    })
}

fn speaks_of(statement: &Value, action: &str, resource: &str) -> bool {
    let of_action = |pattern: &str| matches(&pattern.to_lowercase(), &action.to_lowercase());
    let actions = match statement.get("NotAction") {
        Some(but) => !texts(but).any(of_action),
        None => texts(&statement["Action"]).any(of_action),
    };
    let resources = match statement.get("NotResource") {
        Some(but) => !texts(but).any(|pattern| matches(pattern, resource)),
        None => texts(&statement["Resource"]).any(|pattern| matches(pattern, resource)),
    };
    actions && resources
}

/// One statement, or a list of them.
fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let all = &document["Statement"];
    all.as_array().map_or(std::slice::from_ref(all), Vec::as_slice).iter()
}

/// One text, or a list of them.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_denial_wins_and_everything_else_has_to_be_allowed() {
        let read = json!({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}});
        let no = json!({"Statement": [{"Effect": "Deny", "Action": ["S3:*"], "Resource": "arn:aws:s3:::b/dags/*"}]});
        let tls = json!({"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]});
        let may = |documents: &[&Value], action: &str, resource: &str| {
            allow(&documents.iter().map(|document| (*document).clone()).collect::<Vec<_>>(), action, resource)
        };
        assert!(may(&[&read, &tls], "s3:GetObject", "arn:aws:s3:::b/dags/x"));
        assert!(!may(&[&read], "s3:PutObject", "arn:aws:s3:::b/dags/x"));
        assert!(!may(&[&read], "s3:GetObject", "arn:aws:s3:::other/x"));
        assert!(!may(&[&read, &no], "s3:GetObject", "arn:aws:s3:::b/dags/x"));
        assert!(may(&[&read, &no], "s3:GetObject", "arn:aws:s3:::b/sql/x"));
        assert!(!may(&[], "s3:GetObject", "arn:aws:s3:::b/x"));
    }

    #[test]
    fn what_is_not_named_can_be_meant() {
        let others = json!({"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": "arn:aws:kms:*:1:key/*",
            "Condition": {"StringLike": {"kms:ViaService": "sqs.*"}}}]});
        assert!(allow(std::slice::from_ref(&others), "kms:Decrypt", "arn:aws:kms:eu-central-1:2:key/x"));
        assert!(!allow(&[others], "kms:Decrypt", "arn:aws:kms:eu-central-1:1:key/x"));
        let rest = json!({"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]});
        assert!(allow(std::slice::from_ref(&rest), "glue:GetJob", "x"));
        assert!(!allow(&[rest], "iam:GetRole", "x"));
    }

    #[test]
    fn trust_has_to_be_for_this_environment() {
        let trust = |source: &str| {
            json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"Service": ["airflow.amazonaws.com"]},
                "Condition": {"StringEquals": {"aws:SourceAccount": "1"}, "ArnLike": {"aws:SourceArn": source}}}]})
        };
        let source = "arn:aws:airflow:eu-central-1:1:environment/mine";
        let holds = |document: &Value, service: &str| trusts(document, service, "1", source);
        assert!(holds(&trust("arn:aws:airflow:*:1:environment/mine"), "airflow.amazonaws.com"));
        assert!(!holds(&trust("arn:aws:airflow:*:1:environment/other"), "airflow.amazonaws.com"));
        assert!(!holds(&trust("*"), "airflow-env.amazonaws.com"));
    }
}
