//! What each program prints as its policy, and whether the checks of policies can fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::path::Path;
use strata_testkit::{Endpoint, Output, python, repository, run};
use strata_tests::{LAYERS, changed, done, json, layer, pipeline};

/// AWS's limit for a managed policy, white space not counted.
const MANAGED: usize = 6_144;

fn programs() -> impl Iterator<Item = &'static str> {
    LAYERS.iter().copied().chain(["datagen", "teardown"])
}

fn listed(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn statements(policy: &Value) -> &Vec<Value> {
    policy["Statement"].as_array().expect("statements")
}

/// What `scripts/policies --lint` says of a file.
fn lint(file: &Path) -> Output {
    run(repository().join("scripts/policies"), &["--lint", file.to_str().unwrap()], "", &[])
}

fn lint_text(text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    std::fs::write(&file, text).unwrap();
    lint(&file)
}

#[test]
fn each_program_prints_its_rights_filled_in_and_parliament_finds_nothing() {
    let endpoint = Endpoint::start();
    for program in programs() {
        let text = done(program, &["policy"], &pipeline().to_string(), &endpoint.env());
        assert!(!text.contains("${"), "{program}: {text}");
        let policy = json(&text);
        assert_eq!(policy["Version"], "2012-10-17");
        assert!(policy.to_string().len() <= MANAGED, "{program}: {} characters", policy.to_string().len());
        for statement in statements(&policy) {
            let rights = listed(&statement["Action"]);
            assert!(!rights.is_empty() && !rights.iter().any(|right| right.contains('*')), "{program}: {statement}");
            if rights.contains(&"iam:PassRole") {
                let service = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
                assert!(
                    ["glue.amazonaws.com", "airflow.amazonaws.com", "airflow-serverless.amazonaws.com"]
                        .contains(&service.as_str().unwrap())
                );
                assert!(!listed(&statement["Resource"]).iter().any(|arn| arn.contains('*')), "{program}: {statement}");
            }
        }
        let linted = lint_text(&text);
        assert_eq!(linted.status, Some(0), "{program}: {}{}", linted.stdout, linted.stderr);
    }
}

#[test]
fn a_policy_is_of_one_pipeline_environment_account_and_region() {
    let endpoint = Endpoint::start();
    let text = done("jobs", &["policy"], &changed("/env", "prod").to_string(), &endpoint.env());
    assert!(text.contains("arn:aws:glue:eu-central-1:123456789012:job/payment_data_prod"), "{text}");
    assert!(text.contains(r#""aws:ResourceTag/strata:env": "prod""#), "{text}");
    assert!(!text.contains("dev"), "{text}");
    // The bucket that is there counts, whatever its name would be today.
    let mut document = pipeline();
    document["storage"] =
        serde_json::json!({"bucket": "an-older-name", "arn": "arn:aws:s3:::an-older-name", "files": {}});
    let text = done("datagen", &["policy"], &document.to_string(), &endpoint.env());
    assert!(text.contains("arn:aws:s3:::an-older-name/data/raw/*"), "{text}");
}

#[test]
fn a_policy_needs_no_document_and_touches_nothing() {
    let endpoint = Endpoint::start();
    for program in ["net", "teardown", "datagen"] {
        let text = done(program, &["policy", "--pipeline", "driven-data", "--env", "dev"], "", &endpoint.env());
        assert!(!statements(&json(&text)).is_empty());
    }
    let calls = endpoint.requests(0);
    assert!(calls.iter().all(|call| call["operation"] == "GetCallerIdentity"), "{calls:?}");
    let nothing = layer("net", &["policy"], "", &endpoint.env());
    assert_eq!(nothing.status, Some(2), "{}", nothing.stderr);
}

#[test]
fn teardown_may_make_nothing() {
    let endpoint = Endpoint::start();
    let text = done("teardown", &["policy"], &pipeline().to_string(), &endpoint.env());
    let policy = json(&text);
    let rights: Vec<&str> = statements(&policy).iter().flat_map(|statement| listed(&statement["Action"])).collect();
    for right in ["ec2:DeleteVpc", "iam:DeleteRole", "s3:DeleteBucket", "glue:DeleteJob", "airflow:DeleteEnvironment"] {
        assert!(rights.contains(&right), "{right} is missing in {rights:?}");
    }
    // But for its lock.
    let makes = |right: &&&str| right.contains(":Create") || right.contains(":Run") || right.contains(":Pass");
    assert_eq!(rights.iter().filter(makes).collect::<Vec<_>>(), [&"logs:CreateLogGroup"]);
}

#[test]
fn roles_that_are_made_are_held_to_the_same() {
    let endpoint = Endpoint::start();
    done("iam", &["up"], &pipeline().to_string(), &endpoint.env());
    let folder = tempfile::tempdir().unwrap();
    let script = "import boto3, json, sys\niam = boto3.client('iam')\nfor role in iam.list_roles(PathPrefix='/strata/')['Roles']:\n    \
                  name = role['RoleName']\n    policy = iam.get_role_policy(RoleName=name, PolicyName='strata')['PolicyDocument']\n    \
                  json.dump(policy, open(f'{sys.argv[1]}/{name}.json', 'w'))\n";
    let wrote = run(python(), &["-c", script, folder.path().to_str().unwrap()], "", &endpoint.env());
    assert_eq!(wrote.status, Some(0), "{}", wrote.stderr);
    let mut seen = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let linted = lint(&file.unwrap().path());
        assert_eq!(linted.status, Some(0), "{}{}", linted.stdout, linted.stderr);
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn the_lint_finds_what_is_wrong() {
    let bad = |action: &str, resource: &str| {
        let statement = serde_json::json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let output = lint_text(&serde_json::json!({"Version": "2012-10-17", "Statement": [statement]}).to_string());
        assert_eq!(output.status, Some(1), "{action} on {resource}: {}{}", output.stdout, output.stderr);
        output.stdout
    };
    assert!(bad("glue:*", "*").contains("glue:* is every right of a service"));
    assert!(bad("ec2:CreateVpc", "*").contains("ec2:CreateVpc is on *, and AWS knows resources for it"));
    assert!(bad("iam:PassRole", "arn:aws:iam::123456789012:role/x").contains("iam:PassRole is not pinned"));
    assert!(bad("glue:MakeJob", "*").contains("AWS knows no right glue:MakeJob"));
    assert!(bad("s3:GetObject", "arn:aws:s3:::bucket").contains("parliament: RESOURCE_MISMATCH"));
}

#[test]
fn the_check_finds_calls_without_rights_and_rights_without_calls() {
    let script = repository().join("tests/policies/checker.py");
    let output = run(python(), &[script.to_str().unwrap()], "", &[]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
}
