//! A pipeline that has nothing but roles of its own, and what boto3 sees of them.

use serde_json::{Value, json};
use strata_testkit::{Endpoint, Output, bin, python, run};
use strata_tests::json as parse;

/// The role, and the instance profile, of the id `workers`.
pub(crate) const WORKERS: &str = "shop-dev-eu-central-1-workers";
/// A role whose name a service fixes.
pub(crate) const FIXED: &str = "dms-vpc-role";

/// The pipeline `shop` with this wish for roles.
pub(crate) fn shop(iam: Value) -> String {
    json!({ "version": 1, "pipeline": { "name": "shop", "region": "eu-central-1", "iam": iam } }).to_string()
}

/// Everything that a wish for roles may have.
pub(crate) fn whole() -> Value {
    let rights = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:${partition}:s3:::${bucket}", "arn:${partition}:s3:::${bucket}/${aws:PrincipalTag/team}/*"],
    }] });
    json!({
        "roles": {
            "workers": {
                "service": "ec2.amazonaws.com", "description": "Machines of the shop", "permissions": rights,
                "managed": ["service-role/AmazonElasticMapReduceforEC2Role", "AmazonS3ReadOnlyAccess"],
                "instance_profile": true,
            },
            "tasks": { "service": "states.amazonaws.com" },
        },
        "service_roles": {
            FIXED: { "service": "dms.amazonaws.com", "managed": ["service-role/AmazonDMSVPCManagementRole"] },
        },
    })
}

/// A program's verb on a document.
pub(crate) fn iam(endpoint: &Endpoint, args: &[&str], stdin: &str) -> Output {
    run(bin("iam"), args, stdin, &endpoint.env())
}

/// `up`, which has to succeed; what it printed.
pub(crate) fn up(endpoint: &Endpoint, document: &str) -> String {
    let output = iam(endpoint, &["up"], document);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    output.stdout
}

/// What a boto3 script prints; `iam` is the client.
pub(crate) fn boto(endpoint: &Endpoint, script: &str) -> String {
    let script = format!("import boto3, json\niam = boto3.client('iam')\n{script}");
    let output = run(python(), &["-c", &script], "", &endpoint.env());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    output.stdout.trim().to_owned()
}

/// What a boto3 expression is, as JSON.
pub(crate) fn seen(endpoint: &Endpoint, expression: &str) -> Value {
    parse(&boto(endpoint, &format!("print(json.dumps({expression}, default=str))")))
}

/// `status` names this field and no other; `up` repairs it with these calls, prints the same document, and all is well.
pub(crate) fn repaired(endpoint: &Endpoint, document: &str, field: &str, calls: &[&str]) {
    let status = iam(endpoint, &["status"], document);
    assert_eq!(status.status, Some(4), "{field}: {}", status.stderr);
    let status = parse(&status.stdout);
    let all = status["resources"].as_array().unwrap().iter().chain(status["shared"].as_array().into_iter().flatten());
    let drift: Vec<&Value> = all.flat_map(|one| one["drift"].as_array().unwrap()).map(|one| &one["field"]).collect();
    assert_eq!(drift, [field], "{status}");
    let before = endpoint.count();
    assert_eq!(up(endpoint, document), document, "{field}");
    assert_eq!(endpoint.mutating_since(before), calls, "{field}");
    let status = iam(endpoint, &["status"], document);
    assert_eq!(status.status, Some(0), "{field}: {}", status.stderr);
}
