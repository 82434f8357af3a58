//! What the two roles have to be allowed, and who may assume them.

use crate::kit::Site;
use serde_json::{Value, json};

const AIRFLOW: &str = "driven-data-dev-eu-central-1-airflow";
const GLUE: &str = "driven-data-dev-eu-central-1-glue";

fn site() -> Site {
    Site::new(&["net", "iam", "storage"])
}

impl Site {
    /// Change the rights of a role as a user would at the console.
    fn rights(&self, role: &str, change: impl Fn(&mut Vec<Value>)) {
        let name = json!({ "RoleName": role, "PolicyName": "strata" });
        let mut document = self.world.call("iam", "get_role_policy", name)["PolicyDocument"].clone();
        change(document["Statement"].as_array_mut().unwrap());
        let changed = json!({ "RoleName": role, "PolicyName": "strata", "PolicyDocument": document.to_string() });
        self.world.call("iam", "put_role_policy", changed);
    }
}

/// Take one action out of all statements.
fn without(action: &'static str) -> impl Fn(&mut Vec<Value>) {
    move |statements| {
        for statement in statements {
            if let Some(actions) = statement["Action"].as_array_mut() {
                actions.retain(|other| other != action);
            }
        }
    }
}

#[test]
fn d03_the_dag_may_write_its_input() {
    let site = site();
    site.rights(AIRFLOW, without("s3:PutObject"));
    let bucket = site.id("/storage/bucket");
    let what = format!("role {AIRFLOW} may not s3:PutObject on arn:aws:s3:::{bucket}/data/raw/*");
    let findings = site.caught("d03", &site.document, &what, "run `iam up`");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    site.repaired("d03", "iam");
}

#[test]
fn d04_a_day_can_be_replaced() {
    let site = site();
    site.rights(GLUE, without("s3:DeleteObject"));
    let what = format!("role {GLUE} may not s3:DeleteObject on arn:aws:s3:::");
    let findings = site.caught("d04", &site.document, &what, "run `iam up`");
    assert_eq!(findings.len(), 1, "all nine tables in one line: {findings:#?}");
    site.repaired("d04", "iam");
}

#[test]
fn both_principals_of_mwaa_may_assume_the_role() {
    let site = site();
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "airflow.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    let half = json!({ "RoleName": AIRFLOW, "PolicyDocument": trust.to_string() });
    site.world.call("iam", "update_assume_role_policy", half);
    let what = format!("role {AIRFLOW} may not be assumed by airflow-env.amazonaws.com");
    site.caught("trust", &site.document, &what, "run `iam up`");
    site.repaired("trust", "iam");

    // The trust is for one environment; one of another name is another environment.
    let renamed = site.with("/pipeline/names/job", json!("{name}{_env}"));
    let mut renamed = renamed;
    renamed["pipeline"]["names"]["environment"] = json!("other-{name}");
    site.caught(
        "trust, renamed",
        &renamed,
        "may not be assumed by airflow.amazonaws.com and airflow-env",
        "run `iam up`",
    );
}

#[test]
fn e03_what_the_dag_starts_it_may_also_watch() {
    let site = site();
    site.rights(AIRFLOW, without("glue:GetJobRun"));
    site.caught("e03", &site.document, "may not glue:GetJobRun on arn:aws:glue:", "run `iam up`");
    site.repaired("e03", "iam");
}

#[test]
fn a_denial_and_a_boundary_count_whoever_made_them() {
    let site = site();
    let deny =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "sqs:*", "Resource": "*" }] });
    let policy = json!({ "PolicyName": "no-queues", "PolicyDocument": deny.to_string() });
    let arn = site.world.call("iam", "create_policy", policy)["Policy"]["Arn"].clone();
    site.world.call("iam", "attach_role_policy", json!({ "RoleName": AIRFLOW, "PolicyArn": arn }));
    site.caught("denied", &site.document, "sqs:SendMessage on arn:aws:sqs:eu-central-1:", "run `iam up`");
    site.repaired("denied", "iam");

    let only = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*" }] });
    let policy = json!({ "PolicyName": "most", "PolicyDocument": only.to_string() });
    let arn = site.world.call("iam", "create_policy", policy)["Policy"]["Arn"].clone();
    site.world.call("iam", "put_role_permissions_boundary", json!({ "RoleName": GLUE, "PermissionsBoundary": arn }));
    let what = format!("the permissions boundary of role {GLUE} does not let it glue:GetTable");
    site.caught("boundary", &site.document, &what, "widen the boundary");
}

#[test]
fn a_role_that_is_not_there_is_named() {
    let site = site();
    let other = "arn:aws:iam::123456789012:role/missing";
    let gone = site.with("/iam/role_arns/airflow", json!(other));
    site.caught("no such role", &gone, &format!("role {other} does not exist"), "run `iam up`");
}
