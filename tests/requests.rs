//! Whether AWS would accept what the programs send: the record, and the check that reads it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use strata_testkit::{Endpoint, python, repository, run};
use strata_tests::{done, json, pipeline};

#[test]
fn the_check_refuses_wrong_requests_in_every_protocol() {
    let script = repository().join("tests/requests/checker.py");
    let output = run(python(), &[script.to_str().unwrap()], "", &[]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
}

#[test]
fn every_call_is_in_the_record_with_all_that_it_says_and_no_secret() {
    let endpoint = Endpoint::start();
    let document = done("storage", &["up"], &pipeline().to_string(), &endpoint.env());
    done("storage", &["down", "--yes"], &document, &endpoint.env());
    let text = std::fs::read_to_string(endpoint.record()).unwrap();
    assert!(!text.contains("Credential=") && !text.contains("Signature="));
    let lines: Vec<_> = text.lines().map(json).collect();
    let find = |operation: &str| lines.iter().find(|line| line["operation"] == operation).expect(operation);
    // Each operation that the endpoint answered is there; a call that was like an earlier one is not there twice.
    for call in endpoint.requests(0) {
        let line = find(call["operation"].as_str().unwrap());
        assert_eq!(line["program"], "storage", "{line}");
    }
    let bucket = find("PutBucketVersioning");
    assert!(bucket["body"].as_str().unwrap().contains("<Status>Enabled</Status>"), "{bucket}");
    assert_eq!(
        (&bucket["verb"], &bucket["query"], &bucket["method"]),
        (&json("\"up\""), &json("\"versioning\""), &json("\"PUT\""))
    );
    let object = find("PutObject");
    assert_eq!(object["body"], json("null"), "an object's content is left out: {object}");
    assert!(object["headers"]["x-amz-meta-strata-pipeline"] == "driven-data", "{object}");
    assert_eq!(find("DeleteBucket")["verb"], "down");

    let output = run(repository().join("scripts/requests"), &[endpoint.record().to_str().unwrap(), "--part"], "", &[]);
    assert_eq!(output.status, Some(0), "{}{}", output.stdout, output.stderr);
    assert!(output.stdout.starts_with(&format!("requests: {} checked", lines.len())), "{}", output.stdout);
}

#[test]
fn one_version_of_awss_models_everywhere() {
    let pins = |path: &str| -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(repository().join(path)).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once("=="));
        pairs.map(|(name, version)| (name.to_lowercase(), version.to_owned())).collect()
    };
    let (tests, moto) = (pins("tests/requirements.txt"), pins("crates/local/moto/python/requirements.txt"));
    for name in ["boto3", "botocore"] {
        assert!(tests.contains_key(name), "{name} is not pinned");
        assert_eq!(tests.get(name), moto.get(name), "{name}");
    }
}
