//! What is wrong with a wish for roles is said before anything is touched.

use crate::kit::{iam, shop, whole};
use serde_json::json;
use strata_testkit::Endpoint;
use strata_tests::json as parse;

#[test]
fn a_policy_that_does_not_exist_is_named_before_a_role_is_there_without_it() {
    let endpoint = Endpoint::start();
    let mut wish = whole();
    wish["roles"]["workers"]["managed"] = json!(["AmazonS3ReadOnlyAcess"]);
    wish["boundary"] = json!("arn:aws:iam::123456789012:policy/none");
    let plan = iam(&endpoint, &["plan"], &shop(wish.clone()));
    assert_eq!(plan.status, Some(1), "{}", plan.stderr);
    let findings = parse(&plan.stdout)["findings"].clone();
    let said: Vec<&str> = findings.as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    let missing = ["arn:aws:iam::123456789012:policy/none", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAcess"];
    assert_eq!(said, missing.map(|arn| format!("policy {arn} does not exist")));
    let output = iam(&endpoint, &["up"], &shop(wish));
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("correct its name in pipeline.iam"), "{}", output.stderr);
    assert_eq!(endpoint.mutating_since(0), Vec::<String>::new());
}

#[test]
fn who_may_not_ask_for_policies_is_told_so_and_goes_on() {
    let endpoint = Endpoint::start();
    endpoint.weather(&json!({ "faults": [{
        "service": "iam", "operation": "GetPolicy", "kind": "error", "code": "AccessDenied", "status": 403, "message": "No.",
    }] }));
    let plan = iam(&endpoint, &["plan"], &shop(whole()));
    assert_eq!(plan.status, Some(0), "{}", plan.stderr);
    assert!(plan.stderr.contains("managed policies not checked"), "{}", plan.stderr);
}

#[test]
fn a_wrong_wish_is_refused_with_every_mistake() {
    let mut wish = whole();
    wish["roles"]["workers"]["service"] = json!("ec2");
    wish["roles"]["workers"]["permissions"]["Statement"][0]["Resource"] = json!("${bukket}");
    wish["roles"]["tasks"]["managed"] = json!(["*"]);
    let endpoint = Endpoint::start();
    let output = iam(&endpoint, &["plan"], &shop(wish));
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    for said in ["workers.service: `ec2`", "unknown placeholder `bukket`", "tasks.managed: `*`"] {
        assert!(output.stderr.contains(said), "{said}: {}", output.stderr);
    }
}
