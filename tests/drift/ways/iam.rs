//! What somebody changes in IAM.

use super::super::bench::{Bench, Thing};
use super::unknown;
use serde_json::json;

/// A policy that says something else than ours.
pub(crate) fn another_policy() -> String {
    let statement = json!({ "Sid": "Another", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

pub(super) fn role(bench: &Bench, thing: &Thing, field: &str) {
    let name = &thing.physical;
    match field {
        "trust" => {
            let principal = json!({ "Service": "ec2.amazonaws.com" });
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

pub(super) fn instance_profile(bench: &Bench, thing: &Thing, _: &str) {
    let words = json!({ "InstanceProfileName": thing.physical, "RoleName": thing.physical });
    bench.call("iam", "remove_role_from_instance_profile", words);
}
