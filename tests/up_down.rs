//! The whole pipeline: from nothing to answered SQL and back to nothing, as boto3 sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::process::Command;
use strata_testkit::{Endpoint, python, repository};
use strata_tests::{LAYERS, changed, done, json as parse, layer, pipeline, up};

/// What boto3 sees.
fn world(endpoint: &Endpoint) -> Value {
    let output = Command::new(python())
        .arg(repository().join("tests/up_down/world.py"))
        .envs(endpoint.env())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    parse(&String::from_utf8(output.stdout).unwrap())
}

fn nothing() -> Value {
    json!({
        "network": {
            "vpcs": 0, "subnets": 0, "zones": 0, "nat_gateways": 0, "addresses": 0, "internet_gateways": 0,
            "own_security_groups": 0, "endpoints": 0
        },
        "roles": [], "buckets": [], "databases": [], "crawlers": [], "jobs": [], "classifiers": 0, "workgroups": [],
        "environments": [], "environment_log_groups": 0
    })
}

#[test]
fn from_nothing_to_answers_and_back_to_nothing() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let wish = pipeline().to_string();
    assert_eq!(world(&endpoint), nothing());

    let document = up(&LAYERS, &wish, &env);
    let seen = world(&endpoint);
    let network = json!({
        "vpcs": 1, "subnets": 4, "zones": 2, "nat_gateways": 1, "addresses": 1, "internet_gateways": 1,
        "own_security_groups": 1, "endpoints": 1
    });
    assert_eq!(seen["network"], network);
    let roles = ["driven-data-dev-eu-central-1-airflow", "driven-data-dev-eu-central-1-glue"];
    assert_eq!(seen["roles"], json!(roles));
    let bucket = json!({
        "name": "driven-data-dev-123456789012-eu-central-1-an", "versioning": "Enabled", "encryption": "AES256",
        "closed": true, "ownership": "BucketOwnerEnforced", "tls_only": true, "lifecycle": true
    });
    assert_eq!(seen["buckets"], json!([bucket]));
    assert_eq!(seen["databases"], json!(["driven_data_db"]));
    let staging = [
        "staging_dim_address",
        "staging_dim_date",
        "staging_dim_finance",
        "staging_dim_person",
        "staging_fact_network_usage",
    ];
    let mut crawlers = vec!["raw_driven_data"];
    crawlers.extend(staging);
    assert_eq!(seen["crawlers"], json!(crawlers));
    let mut jobs = vec!["non_pii_data", "payment_data", "pii_data"];
    jobs.extend(staging);
    jobs.push("technical_data");
    assert_eq!(seen["jobs"], json!(jobs));
    assert_eq!(seen["environments"], json!(["AVAILABLE"]));

    // Again: nothing is called that changes anything, and the bytes are the same, with no document to start from.
    let before = endpoint.count();
    assert_eq!(up(&LAYERS, &wish, &env), document);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    for name in LAYERS.iter().copied() {
        let status = layer(name, &["status"], &document, &env);
        assert_eq!(status.status, Some(0), "{name}: {} {}", status.stderr, status.stdout);
    }

    day(&document, &env);

    let bytes = document.len();
    let down = layer("teardown", &["--yes"], &document, &env);
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    assert!(down.stderr.contains("nothing is left"), "{}", down.stderr);
    assert_eq!(world(&endpoint), nothing());
    let printed = parse(&down.stdout);
    assert!(down.stdout.len() < bytes && LAYERS.iter().all(|name| printed.get(name).is_none()), "{}", down.stdout);
}

/// One day with the real rows: load, crawl, transform, crawl, count.
fn day(document: &str, env: &[(&str, &str)]) {
    let rows = repository().join("tests/fixtures/batch_2024-09-15.csv");
    let load = ["load", "--input", rows.to_str().unwrap(), "--date", "2024-09-15"];
    let document = done("datagen", &load, document, env);
    let document = done("catalog", &["crawl", "raw"], &document, env);
    let document = done("jobs", &["run", "--date", "2024-09-15"], &document, env);
    let document = done("catalog", &["crawl"], &document, env);
    let count = |table: &str| {
        let sql = format!("SELECT count(*) AS n FROM {table}");
        done("catalog", &["query", &sql, "--format", "csv"], &document, env)
    };
    let pipeline = pipeline();
    for table in pipeline["pipeline"]["tables"].as_object().unwrap().keys() {
        let answer = count(table);
        assert!(answer.lines().nth(1).is_some_and(|line| line.trim_matches('"') == "189"), "{table}: {answer}");
    }
}

#[test]
fn one_change_is_one_call_as_planned() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    up(&LAYERS, &pipeline().to_string(), &env);
    let cases = [
        ("net", "/net/ingress/0/cidr", json!("10.0.0.0/24"), "ec2:ModifySecurityGroupRules"),
        ("airflow", "/airflow/max_workers", json!(7), "airflow:UpdateEnvironment"),
        ("storage", "/storage/old_versions_days", json!(31), "s3:PutBucketLifecycleConfiguration"),
        ("catalog", "/catalog/scan_limit_bytes", json!(20_000_000_000_i64), "athena:UpdateWorkGroup"),
    ];
    for (name, pointer, value, call) in cases {
        let wish = changed(pointer, value).to_string();
        // Layers before this one have nothing to do; their sections are needed.
        let document =
            LAYERS.iter().take_while(|layer| **layer != name).fold(wish, |doc, layer| done(layer, &["up"], &doc, &env));
        let before = endpoint.count();
        let planned = layer(name, &["plan", "--detailed-exitcode"], &document, &env);
        assert_eq!(planned.status, Some(2), "{name}: {}", planned.stderr);
        let plan = parse(&planned.stdout);
        let changes = plan["changes"].as_array().unwrap();
        assert_eq!(changes.len(), 1, "{name}: {plan}");
        assert_eq!(changes[0]["fields"].as_array().unwrap().len(), 1, "{name}: {plan}");
        assert_eq!(endpoint.mutating_since(before), Vec::<String>::new(), "{name}: a plan touches nothing");
        done(name, &["up"], &document, &env);
        assert_eq!(endpoint.mutating_since(before), [call], "{name}");
    }
}

#[test]
fn down_needs_no_document() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    up(&LAYERS, &pipeline().to_string(), &env);
    let words = ["--pipeline", "driven-data", "--env", "dev", "--region", "eu-central-1", "--yes"];
    let down = layer("teardown", &words, "", &env);
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    assert_eq!(world(&endpoint), nothing());
}
