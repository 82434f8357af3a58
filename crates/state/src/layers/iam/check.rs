//! What a wish for roles must hold to. AWS refuses most of this, too, but only when some of the roles are there.

use super::Wish;
use crate::Document;
use crate::demand;
use crate::policy::{Place, Values, join, text, values};
use crate::wish::{Pipeline, words};
use serde_json::{Map, Value};

/// The longest name of a role (IAM API: CreateRole).
const LONGEST: usize = 64;
/// The most managed policies that AWS attaches to a role; 10 unless a higher quota was granted.
const MOST_POLICIES: usize = 20;
/// The one version of policy documents that has policy variables.
const VERSION: &str = "2012-10-17";

/// Everything that is wrong with it, one sentence each.
pub(crate) fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let Some(Wish { boundary, roles, service_roles }) = &pipeline.iam else { return };
    // Names of accounts and regions say nothing about whether a placeholder exists.
    let [partition, account, region] = ["aws", "123456789012", "us-east-1"].map(str::to_owned);
    let values = values(&Document::new(pipeline.clone()), &Place { partition, account, region, program: None });
    boundary.iter().for_each(|name| policy(found, "pipeline.iam.boundary", name, &values));
    for (id, role) in roles {
        let path = format!("pipeline.iam.roles.{id}");
        words::name(found, &path, id, 1, 32);
        role.service.iter().for_each(|name| service(found, &format!("{path}.service"), name));
        role.description.iter().for_each(|said| words::line(found, &format!("{path}.description"), said));
        managed(found, &path, &role.managed, &values);
        role.permissions.iter().for_each(|rights| document(found, &format!("{path}.permissions"), rights));
    }
    for (name, role) in service_roles {
        let path = format!("pipeline.iam.service_roles.{name}");
        let legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if name.is_empty() || name.len() > LONGEST || !name.chars().all(legal) {
            found.push(format!("{path}: a role's name has 1 to {LONGEST} letters, digits and _+=,.@-"));
        } else if name.starts_with("AWSServiceRoleFor") {
            found.push(format!("{path}: it is a service-linked role, which only its service creates"));
        }
        service(found, &format!("{path}.service"), &role.service);
        managed(found, &path, &role.managed, &values);
    }
    for role in demand::roles(pipeline).iter().filter(|role| roles.contains_key(&*role.id)) {
        let path = format!("pipeline.iam.roles.{}", role.id);
        if role.trust.is_empty() {
            found.push(format!("{path}.service: it is missing, and no layer of the pipeline demands this role"));
        }
        if role.managed.len() > MOST_POLICIES {
            found.push(format!("{path}.managed: {} policies; AWS takes {MOST_POLICIES}", role.managed.len()));
        }
        for (what, documents) in [("service", &role.trust), ("permissions", &role.permissions)] {
            if let Err(why) = join(documents, &values) {
                found.push(format!("{path}.{what}: {why}"));
            }
        }
    }
}

/// The name by which a service assumes roles.
fn service(found: &mut Vec<String>, path: &str, name: &str) {
    let host = name.strip_suffix(".amazonaws.com").or_else(|| name.strip_suffix(".amazonaws.com.cn"));
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let right = |part: &str| !part.is_empty() && part.chars().all(legal);
    if !host.is_some_and(|host| host.split('.').all(right)) {
        found.push(format!("{path}: `{name}` is not the name of an AWS service, such as ec2.amazonaws.com"));
    }
}

fn managed(found: &mut Vec<String>, path: &str, policies: &[String], values: &Values) {
    policies.iter().for_each(|name| policy(found, &format!("{path}.managed"), name, values));
}

/// A managed policy: path and name of one of AWS's, or an ARN.
fn policy(found: &mut Vec<String>, path: &str, name: &str, values: &Values) {
    let name = match text(name, values) {
        Ok(filled) => filled,
        Err(why) => return found.push(format!("{path}: {why}")),
    };
    let legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let is_name = |name: &str| {
        name.len() <= 512 && name.split('/').all(|part| (1..=128).contains(&part.len()) && part.chars().all(legal))
    };
    let arn: Vec<&str> = name.splitn(6, ':').collect();
    let right = match arn.as_slice() {
        ["arn", partition, "iam", "", account, resource] => {
            let is_account = *account == "aws" || (account.len() == 12 && account.bytes().all(|c| c.is_ascii_digit()));
            partition.starts_with("aws") && is_account && resource.strip_prefix("policy/").is_some_and(is_name)
        }
        [name] => is_name(name) && !name.starts_with("policy/"),
        _ => false,
    };
    if !right {
        found.push(format!(
            "{path}: `{name}` is neither path and name of a managed policy of AWS, such as service-role/AWSGlueServiceRole, \
             nor the ARN of a managed policy"
        ));
    }
}

/// A policy document of a role: the elements that IAM knows there (IAM guide: JSON policy element reference).
fn document(found: &mut Vec<String>, path: &str, document: &Map<String, Value>) {
    let unknown = document.keys().find(|key| !["Version", "Id", "Statement"].contains(&key.as_str()));
    if let Some(key) = unknown {
        found.push(format!("{path}: a policy has no `{key}`; it has `Version` and `Statement`"));
    }
    if document.get("Version").is_some_and(|version| version != VERSION) {
        found.push(format!("{path}.Version: it has to be \"{VERSION}\""));
    }
    let statements: &[Value] = match document.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    };
    if statements.is_empty() {
        found.push(format!("{path}.Statement: it has to be a list of statements"));
    }
    for (index, one) in statements.iter().enumerate() {
        statement(found, &format!("{path}.Statement[{index}]"), one);
    }
}

fn statement(found: &mut Vec<String>, path: &str, statement: &Value) {
    let Some(fields) = statement.as_object() else {
        return found.push(format!("{path}: it has to be an object"));
    };
    for (key, value) in fields {
        match key.as_str() {
            "Effect" if value == "Allow" || value == "Deny" => {}
            "Effect" => found.push(format!("{path}.Effect: it is \"Allow\" or \"Deny\"")),
            "Sid" if value.as_str().is_some_and(|sid| sid.chars().all(|c| c.is_ascii_alphanumeric())) => {}
            "Sid" => found.push(format!("{path}.Sid: it has to be of letters and digits")),
            "Action" | "NotAction" | "Resource" | "NotResource" if is_texts(value) => {}
            "Action" | "NotAction" | "Resource" | "NotResource" => {
                found.push(format!("{path}.{key}: it has to be a text, or a list of texts"));
            }
            "Condition" if value.is_object() => {}
            "Condition" => found.push(format!("{path}.Condition: it has to be an object")),
            "Principal" | "NotPrincipal" => {
                found
                    .push(format!("{path}.{key}: a role's rights name no principal; `service` says who may assume it"));
            }
            _ => found.push(format!("{path}: a statement has no `{key}`")),
        }
    }
    for (one, other) in [("Action", "NotAction"), ("Resource", "NotResource")] {
        if fields.contains_key(one) == fields.contains_key(other) {
            found.push(format!("{path}: give either `{one}` or `{other}`"));
        }
    }
    if !fields.contains_key("Effect") {
        found.push(format!("{path}.Effect: it is \"Allow\" or \"Deny\""));
    }
}

fn is_texts(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_string),
        one => one.is_string(),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
