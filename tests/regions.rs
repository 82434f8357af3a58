//! Regions that are newer than this program, taken from the flag, the environment and the wish.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;
use strata_testkit::{Endpoint, World};
use strata_tests::{LAYERS, done, json as parse, pipeline, up};

/// Names of the right form that AWS may give to a region one day.
const NEWER: [&str; 3] = ["eu-central-3", "nz-north-1", "ap-southeast-10"];

#[test]
fn a_newer_region_holds_a_whole_pipeline() {
    let endpoint = Endpoint::start();
    let mut wish = pipeline();
    wish["pipeline"]["region"] = json!(NEWER[1]);
    let document = up(&LAYERS, &wish.to_string(), &endpoint.env());
    let found = parse(&document);
    assert_eq!(found["target"]["region"], NEWER[1]);
    assert!(found["storage"]["bucket"].as_str().unwrap().ends_with("-nz-north-1-an"), "{document}");
    for layer in LAYERS.iter().copied() {
        done(layer, &["status"], &document, &endpoint.env());
    }
    for layer in LAYERS.iter().rev() {
        done(layer, &["down", "--yes"], &document, &endpoint.env());
    }
    let buckets = World::of(&endpoint).call("s3", "list_buckets", json!({}));
    assert_eq!(buckets["Buckets"], json!([]));
}

#[test]
fn a_newer_region_is_taken_from_the_flag_and_from_the_environment() {
    let endpoint = Endpoint::start();
    let mut wish = pipeline();
    wish["pipeline"].as_object_mut().unwrap().remove("region");
    let wish = wish.to_string();
    for region in NEWER {
        let mut env = endpoint.env().to_vec();
        let said = done("iam", &["plan", "--region", region], &wish, &env);
        assert!(said.contains(&format!("-{region}-")), "{said}");
        env.extend([("AWS_REGION", region), ("AWS_DEFAULT_REGION", region)]);
        let said = done("iam", &["plan"], &wish, &env);
        assert!(said.contains(&format!("-{region}-")), "{said}");
    }
}
