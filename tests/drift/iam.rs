//! Changes of roles and instance profiles from outside.

use crate::bench::{Bench, Thing};
use crate::extras::{Extra, Tags, extra};
use crate::parts::Drift;
use crate::ways::Way::{self, Change};
use crate::ways::{another_policy, unknown};
use serde_json::json;

pub(crate) const DRIFT: Drift = Drift { way, tags, tag, take_away, extras: EXTRAS };

fn way(kind: &str, field: &str) -> Option<Way> {
    Some(match (kind, field) {
        ("role", _) => Change(role),
        ("instance-profile", "roles") => Change(instance_profile),
        _ => return None,
    })
}

fn role(bench: &Bench, thing: &Thing, field: &str) {
    let name = &thing.physical;
    match field {
        "trust" => {
            let principal = json!({ "Service": "lambda.amazonaws.com" });
            let statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
            let trust = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
            bench.call("iam", "update_assume_role_policy", json!({ "RoleName": name, "PolicyDocument": trust }));
        }
        "permissions" | "other_policies" => {
            let policy = if field == "permissions" { "strata" } else { "another" };
            let words = json!({ "RoleName": name, "PolicyName": policy, "PolicyDocument": another_policy() });
            bench.call("iam", "put_role_policy", words);
        }
        "attached" => {
            let words = json!({ "RoleName": name, "PolicyArn": "arn:aws:iam::123456789012:policy/another" });
            bench.call("iam", "attach_role_policy", words);
        }
        "boundary" => {
            let words = json!({ "RoleName": name, "PermissionsBoundary": "arn:aws:iam::123456789012:policy/another" });
            bench.call("iam", "put_role_permissions_boundary", words);
        }
        "description" | "max_session" => {
            let found = bench.call("iam", "get_role", json!({ "RoleName": name }));
            let mut words = json!({
                "RoleName": name, "Description": found["Role"]["Description"],
                "MaxSessionDuration": found["Role"]["MaxSessionDuration"],
            });
            match field {
                "description" => words["Description"] = json!("something else"),
                _ => words["MaxSessionDuration"] = json!(7200),
            }
            bench.call("iam", "update_role", words);
        }
        _ => unknown(thing, field),
    }
}

fn instance_profile(bench: &Bench, thing: &Thing, _: &str) {
    let words = json!({ "InstanceProfileName": thing.physical, "RoleName": thing.physical });
    bench.call("iam", "remove_role_from_instance_profile", words);
}

fn tags(kind: &str) -> Option<Tags> {
    ["role", "instance-profile"].contains(&kind).then_some(Tags::Has)
}

fn tag(bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    let kind = if thing.kind == "role" { "role" } else { "instance_profile" };
    let name = if thing.kind == "role" { "RoleName" } else { "InstanceProfileName" };
    match value {
        Some(value) => {
            let words = json!({ name: thing.physical, "Tags": [{ "Key": key, "Value": value }] });
            bench.call("iam", &format!("tag_{kind}"), words)
        }
        None => bench.call("iam", &format!("untag_{kind}"), json!({ name: thing.physical, "TagKeys": [key] })),
    };
}

fn take_away(bench: &Bench, thing: &Thing) -> bool {
    let id = &thing.physical;
    if thing.kind == "role" {
        // AWS deletes a role only when nothing hangs on it.
        bench.call("iam", "delete_role_policy", json!({ "RoleName": id, "PolicyName": "strata" }));
        bench.call("iam", "delete_role", json!({ "RoleName": id }));
    } else {
        let words = json!({ "InstanceProfileName": id, "RoleName": id });
        bench.call("iam", "remove_role_from_instance_profile", words);
        bench.call("iam", "delete_instance_profile", json!({ "InstanceProfileName": id }));
    }
    true
}

const EXTRAS: &[Extra] = &[
    extra("iam", ("role", "driven-data-dev-eu-central-1-glue"), "permissions", "one more statement", |bench, thing| {
        let words = json!({ "RoleName": thing.physical, "PolicyName": "strata" });
        let found = bench.call("iam", "get_role_policy", words)["PolicyDocument"].clone();
        let mut policy = found;
        let statement = json!({ "Sid": "More", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
        policy["Statement"].as_array_mut().unwrap().push(statement);
        let words = json!({ "RoleName": thing.physical, "PolicyName": "strata", "PolicyDocument": policy.to_string() });
        bench.call("iam", "put_role_policy", words);
    }),
    extra("iam", ("role", "driven-data-dev-eu-central-1-glue"), "permissions", "no policy at all", |bench, thing| {
        let words = json!({ "RoleName": thing.physical, "PolicyName": "strata" });
        bench.call("iam", "delete_role_policy", words);
    }),
    extra(
        "iam",
        ("role", "driven-data-dev-eu-central-1-airflow"),
        "other_policies",
        "one more policy",
        |bench, thing| {
            let policy = another_policy();
            let words = json!({ "RoleName": thing.physical, "PolicyName": "more", "PolicyDocument": policy });
            bench.call("iam", "put_role_policy", words);
        },
    ),
];
