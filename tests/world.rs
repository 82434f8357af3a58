//! The witness of other tests sees everything that exists, of any owner, and says what differs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;
use strata_testkit::world::{count, differences};
use strata_testkit::{Endpoint, World};
use strata_tests::{LAYERS, pipeline, up};

#[test]
fn everything_of_a_pipeline_is_seen_and_nothing_differs_without_a_reason() {
    let endpoint = Endpoint::start();
    let world = World::of(&endpoint);
    let empty = world.snapshot();
    assert_eq!(empty.get("not-served"), None, "{empty}");
    assert_eq!(count(&empty).values().sum::<usize>(), 1, "the primary workgroup alone: {empty}");

    up(&LAYERS, &pipeline().to_string(), &endpoint.env());
    let before = world.snapshot();
    let seen = count(&before);
    for (kind, number) in [
        ("vpc", 1),
        ("subnet", 4),
        ("nat-gateway", 1),
        ("address", 1),
        ("endpoint", 1),
        ("role", 2),
        ("bucket", 1),
        ("object", 23),
        ("database", 1),
        ("table", 4),
        ("crawler", 6),
        ("job", 9),
        ("classifier", 1),
        ("workgroup", 2),
        ("environment", 1),
        ("log-group", 5),
    ] {
        assert_eq!(seen[kind], number, "{kind}: {seen:?}");
    }
    assert_eq!(differences(&before, &world.snapshot()), Vec::<String>::new());

    let vpc = before["vpc"].as_object().unwrap().keys().next().unwrap().clone();
    world.call("ec2", "create_tags", json!({ "Resources": [vpc], "Tags": [{ "Key": "a", "Value": "b" }] }));
    world.call(
        "s3",
        "create_bucket",
        json!({ "Bucket": "another-one", "CreateBucketConfiguration": { "LocationConstraint": "eu-central-1" } }),
    );
    let found = differences(&before, &world.snapshot());
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("bucket.another-one: (new)"), "{found:#?}");
    assert!(found[1].starts_with(&format!("vpc.{vpc}.Tags")), "{found:#?}");
    let refused = world.attempt("ec2", "delete_vpc", json!({ "VpcId": vpc })).unwrap_err();
    assert!(refused.contains("DependencyViolation"), "{refused}");
}
