//! Preflight: each deploy-time bug of the published systems, rebuilt, is named by `airflow plan` with a remedy in a few
//! seconds and without a single change; `airflow up` refuses; and the remedy works.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "preflight/bucket.rs"]
mod bucket;
#[path = "preflight/dag.rs"]
mod dag;
#[path = "preflight/kit.rs"]
mod kit;
#[path = "preflight/network.rs"]
mod network;
#[path = "preflight/quota.rs"]
mod quota;
#[path = "preflight/role.rs"]
mod role;
#[path = "preflight/seed.rs"]
mod seed;

use kit::Site;
use serde_json::json;
use strata_tests::{LAYERS, below, done, json as parse, layer, pipeline, up};

#[test]
fn a_whole_pipeline_has_no_findings_and_few_questions() {
    for egress in ["nat", "endpoints"] {
        let mut wish = pipeline();
        wish["pipeline"]["net"]["egress"] = json!(egress);
        let site = Site::of(&wish, &below("airflow"));
        let before = site.endpoint.count();
        let plan = layer("airflow", &["plan"], &site.document.to_string(), &site.endpoint.env());
        assert_eq!((plan.status, &parse(&plan.stdout)["findings"]), (Some(0), &json!([])), "{}", plan.stderr);
        let asked = site.endpoint.requests(before).len();
        assert!(asked <= 40, "{egress}: {asked} calls for a plan");
        assert_eq!(site.endpoint.mutating_since(before), Vec::<String>::new());
    }
}

#[test]
fn an_up_without_changes_asks_nothing_beforehand() {
    let site = Site::of(&pipeline(), &LAYERS);
    let before = site.endpoint.count();
    let document = site.document.to_string();
    assert_eq!(parse(&done("airflow", &["up"], &document, &site.endpoint.env())), site.document);
    let asked = site.endpoint.requests(before);
    assert!(!asked.iter().any(|call| call["operation"] == "DescribeNetworkAcls"), "{asked:?}");
}

#[test]
fn before_anything_exists_only_the_wish_is_checked() {
    let site = Site::of(&pipeline(), &[]);
    let plan = layer("airflow", &["plan"], &pipeline().to_string(), &site.endpoint.env());
    assert_eq!((plan.status, &parse(&plan.stdout)["findings"]), (Some(0), &json!([])), "{}", plan.stderr);
}

#[test]
fn what_may_not_be_asked_is_said_and_left_to_mwaa() {
    let site = Site::new(&["net", "iam", "storage"]);
    site.weather(&json!({ "faults": [{
        "service": "ec2", "operation": "DescribeNetworkAcls", "kind": "error",
        "code": "UnauthorizedOperation", "status": 403, "message": "You are not authorized to perform this operation.",
    }] }));
    let plan = layer("airflow", &["plan"], &site.document.to_string(), &site.endpoint.env());
    assert_eq!((plan.status, &parse(&plan.stdout)["findings"]), (Some(0), &json!([])), "{}", plan.stderr);
    assert!(plan.stderr.contains("network ACLs not checked"), "{}", plan.stderr);
}

#[test]
fn a14_a_version_that_mwaa_has_ended_is_named() {
    let site = Site::new(&["net", "iam", "storage"]);
    let old = site.with("/pipeline/airflow/version", json!("2.2.2"));
    site.caught("a14", &old, "Airflow 2.2.2: MWAA makes no new environments", "pipeline.airflow.version");
    // An unknown one may be newer than this program.
    let new = site.with("/pipeline/airflow/version", json!("3.9.1"));
    let plan = layer("airflow", &["plan"], &new.to_string(), &site.endpoint.env());
    assert_eq!(plan.status, Some(0), "{}", plan.stderr);
    assert!(plan.stderr.contains("was not known to offer Airflow 3.9.1"), "{}", plan.stderr);
}

#[test]
fn d08_what_a_pipeline_leaves_goes_with_it() {
    // Nothing to check beforehand: `down` empties what is versioned, and takes the log groups that MWAA makes.
    let mut site = Site::of(&pipeline(), &[]);
    let empty = site.world.count();
    let layers = ["net", "iam", "storage", "airflow"];
    site.document = parse(&up(&layers, &pipeline().to_string(), &site.endpoint.env()));
    let bucket = site.document["storage"]["bucket"].clone();
    for body in ["one", "two"] {
        site.world.call("s3", "put_object", json!({ "Bucket": bucket, "Key": "data/raw/x.csv", "Body": body }));
    }
    site.world.call("s3", "delete_object", json!({ "Bucket": bucket, "Key": "data/raw/x.csv" }));
    let document = site.document.to_string();
    for name in layers.iter().rev() {
        done(name, &["down", "--yes"], &document, &site.endpoint.env());
    }
    assert_eq!(site.world.count(), empty);
    // And nothing is in the way of the next time.
    up(&["net", "iam", "storage"], &pipeline().to_string(), &site.endpoint.env());
}
