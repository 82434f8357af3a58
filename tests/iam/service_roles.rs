//! Roles with names that services fix: created where they are missing, and the account's from then on.

use crate::kit::{FIXED, boto, iam, repaired, seen, shop, up, whole};
use serde_json::json;
use strata_testkit::Endpoint;
use strata_tests::{json as parse, layer};

fn policies(endpoint: &Endpoint) -> serde_json::Value {
    let listed = format!("iam.list_attached_role_policies(RoleName='{FIXED}')['AttachedPolicies']");
    seen(endpoint, &format!("[policy['PolicyName'] for policy in {listed}]"))
}

#[test]
fn a_missing_one_is_created_and_stays_when_the_pipeline_goes() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &shop(json!({ "service_roles": whole()["service_roles"] })));
    assert_eq!(parse(&document)["iam"], json!({ "role_arns": {} }));
    let role = seen(&endpoint, &format!("iam.get_role(RoleName='{FIXED}')['Role']"));
    assert_eq!(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"], "dms.amazonaws.com");
    assert_eq!((&role["Path"], role["Tags"].as_array().map_or(0, Vec::len)), (&json!("/"), 0), "{role}");
    assert_eq!(policies(&endpoint), json!(["AmazonDMSVPCManagementRole"]));
    let status = parse(&iam(&endpoint, &["status"], &document).stdout);
    assert_eq!((&status["resources"], &status["shared"][0]["id"]), (&json!([]), &json!(FIXED)), "{status}");

    // Its policies are the account's to change.
    let detach = format!(
        "for policy in iam.list_attached_role_policies(RoleName='{FIXED}')['AttachedPolicies']:\n    \
         iam.detach_role_policy(RoleName='{FIXED}', PolicyArn=policy['PolicyArn'])"
    );
    boto(&endpoint, &detach);
    let before = endpoint.count();
    assert_eq!(up(&endpoint, &document), document);
    assert_eq!(iam(&endpoint, &["status"], &document).status, Some(0));
    // Neither `down` nor the proof of teardown counts it.
    let dry = parse(&iam(&endpoint, &["down", "--dry-run"], &document).stdout);
    assert_eq!(dry["removes"], json!([]), "{dry}");
    let down = layer("teardown", &["--yes"], &document, &endpoint.env());
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    assert!(down.stderr.contains("nothing left of"), "{}", down.stderr);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    assert_eq!(seen(&endpoint, "[r['RoleName'] for r in iam.list_roles()['Roles']]"), json!([FIXED]));

    // Another pipeline finds it.
    let before = endpoint.count();
    up(&endpoint, &shop(json!({ "service_roles": whole()["service_roles"] })).replace("shop", "mart"));
    let calls = endpoint.mutating_since(before);
    assert!(!calls.iter().any(|call| call.starts_with("iam:")), "{calls:?}");
}

#[test]
fn one_of_somebody_elses_is_used_as_it_is() {
    let endpoint = Endpoint::start();
    boto(&endpoint, &format!("iam.create_role(RoleName='{FIXED}', AssumeRolePolicyDocument='{{}}')"));
    let document = up(&endpoint, &shop(whole()));
    assert_eq!(policies(&endpoint), json!([]));
    assert_eq!(iam(&endpoint, &["status"], &document).status, Some(0));
}

#[test]
fn one_that_an_earlier_run_left_without_its_policies_gets_them() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &shop(whole()));
    boto(
        &endpoint,
        &format!(
            "iam.detach_role_policy(RoleName='{FIXED}', PolicyArn='arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole')\n\
             iam.tag_role(RoleName='{FIXED}', Tags=[{{'Key': 'strata:unfinished', 'Value': 'true'}}])"
        ),
    );
    repaired(&endpoint, &document, "is_whole", &["iam:AttachRolePolicy", "iam:UntagRole"]);
    assert_eq!(policies(&endpoint), json!(["AmazonDMSVPCManagementRole"]));
}
