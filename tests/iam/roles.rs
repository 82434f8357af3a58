//! The roles that layers demand: created, found again, repaired, gone; others' are not touched.

use crate::kit::{boto, iam};
use serde_json::Value;
use strata_testkit::Endpoint;
use strata_tests::pipeline;

const GLUE: &str = "driven-data-dev-eu-central-1-glue";

#[test]
fn roles_come_stay_and_go() {
    let endpoint = Endpoint::start();
    let up = iam(&endpoint, &["up"], &pipeline().to_string());
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    let document: Value = serde_json::from_str(&up.stdout).unwrap();
    let arn = document["iam"]["role_arns"]["glue"].as_str().unwrap();
    assert!(arn.ends_with(&format!(":role/strata/driven-data/dev/eu-central-1/{GLUE}")), "{arn}");
    let tags = boto(
        &endpoint,
        &format!("print(json.dumps({{t['Key']: t['Value'] for t in iam.list_role_tags(RoleName='{GLUE}')['Tags']}}))"),
    );
    let tags: Value = serde_json::from_str(&tags).unwrap();
    assert_eq!((&tags["strata:id"], &tags["strata:layer"]), (&"role.glue".into(), &"iam".into()));

    let before = endpoint.count();
    let again = iam(&endpoint, &["up"], &up.stdout);
    assert_eq!((again.status, &again.stdout), (Some(0), &up.stdout));
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());

    let down = iam(&endpoint, &["down", "--pipeline", "driven-data"], "");
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    assert_eq!(boto(&endpoint, "print(len(iam.list_roles(PathPrefix='/strata/')['Roles']))"), "0");
}

#[test]
fn d29_rights_from_outside_are_drift_and_are_taken_away() {
    let endpoint = Endpoint::start();
    let up = iam(&endpoint, &["up"], &pipeline().to_string());
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    let everything =
        "json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}]})";
    let script = format!(
        "arn = iam.create_policy(PolicyName='outside', PolicyDocument={everything})['Policy']['Arn']\n\
         iam.attach_role_policy(RoleName='{GLUE}', PolicyArn=arn)\n\
         iam.put_role_policy(RoleName='{GLUE}', PolicyName='extra', PolicyDocument={everything})\n\
         iam.put_role_policy(RoleName='{GLUE}', PolicyName='strata', PolicyDocument={everything})"
    );
    boto(&endpoint, &script);
    let status = iam(&endpoint, &["status"], &up.stdout);
    assert_eq!(status.status, Some(4), "{}", status.stderr);
    for field in ["attached", "other_policies", "permissions"] {
        assert!(status.stdout.contains(&format!("\"field\": \"{field}\"")), "{field}: {}", status.stdout);
    }
    let before = endpoint.count();
    assert_eq!(iam(&endpoint, &["up"], &up.stdout).stdout, up.stdout);
    let mut calls = endpoint.mutating_since(before);
    calls.sort();
    assert_eq!(calls, ["iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"]);
    assert_eq!(iam(&endpoint, &["status"], &up.stdout).status, Some(0));
}

#[test]
fn somebody_elses_role_is_not_touched() {
    let endpoint = Endpoint::start();
    boto(&endpoint, &format!("iam.create_role(RoleName='{GLUE}', AssumeRolePolicyDocument='{{}}')"));
    let before = endpoint.count();
    let up = iam(&endpoint, &["up"], &pipeline().to_string());
    assert_eq!(up.status, Some(1), "{}", up.stderr);
    assert!(up.stderr.contains(GLUE) && up.stderr.contains("belongs to"), "{}", up.stderr);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
}

#[test]
fn a_role_in_somebodys_instance_profile_goes_and_the_profile_stays() {
    let endpoint = Endpoint::start();
    let up = iam(&endpoint, &["up"], &pipeline().to_string());
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    let script = format!(
        "iam.create_instance_profile(InstanceProfileName='theirs')\n\
         iam.add_role_to_instance_profile(InstanceProfileName='theirs', RoleName='{GLUE}')"
    );
    boto(&endpoint, &script);
    let down = iam(&endpoint, &["down", "--yes"], &up.stdout);
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    let left = boto(
        &endpoint,
        "print([profile['Roles'] for profile in iam.list_instance_profiles()['InstanceProfiles']], \
         len(iam.list_roles(PathPrefix='/strata/')['Roles']))",
    );
    assert_eq!(left, "[[]] 0");
}
