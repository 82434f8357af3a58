//! What S3 moves and deletes by itself, by prefix.

use crate::world::{BUCKET, World, parsed};
use serde_json::{Value, json};

fn moves() -> Value {
    json!([{ "days": 30, "class": "STANDARD_IA" }, { "days": 60, "class": "GLACIER_IR" }, { "days": 150, "class": "DEEP_ARCHIVE" }])
}

fn wish(world: &World) -> Value {
    world.buckets(json!({
        "lifecycle": [
            { "prefix": "data/raw/", "transitions": moves(), "days": 400, "old_versions_days": 5 },
            { "prefix": "data/rejected/", "days": 14 },
        ],
        "buckets": { "logs": { "lifecycle": [{ "prefix": "", "transitions": [{ "days": 0, "class": "INTELLIGENT_TIERING" }] }] } },
    }))
}

#[test]
fn transitions_and_expiry_are_as_asked_for_by_prefix() {
    let world = World::new();
    let mut doc = world.up(&wish(&world));
    let rules = world.boto(&["describe", BUCKET])["lifecycle"].clone();
    let names: Vec<&String> = rules.as_object().unwrap().keys().collect();
    assert_eq!(names, ["old-versions", "prefix-data/raw/", "prefix-data/rejected/", "query-results"]);
    let raw = &rules["prefix-data/raw/"];
    assert_eq!((&raw["Filter"]["Prefix"], &raw["Status"]), (&json!("data/raw/"), &json!("Enabled")));
    let class = |days: i64, class: &str| json!({ "Days": days, "StorageClass": class });
    assert_eq!(
        raw["Transitions"],
        json!([class(30, "STANDARD_IA"), class(60, "GLACIER_IR"), class(150, "DEEP_ARCHIVE")])
    );
    assert_eq!(raw["Expiration"]["Days"], 400);
    assert_eq!(raw["NoncurrentVersionExpiration"]["NoncurrentDays"], 5);
    assert_eq!(rules["prefix-data/rejected/"]["Expiration"]["Days"], 14);
    let logs = doc["storage"]["buckets"]["logs"]["name"].as_str().unwrap().to_owned();
    let logs = &world.boto(&["describe", &logs])["lifecycle"]["prefix-"];
    assert_eq!(logs["Transitions"], json!([class(0, "INTELLIGENT_TIERING")]));
    assert_eq!(world.calls(|| assert_eq!(world.up(&doc), doc)), [""; 0]);
    // One changed day is one call, in the one bucket.
    doc["pipeline"]["storage"]["lifecycle"][0]["transitions"][1]["days"] = json!(61);
    doc["pipeline"]["storage"]["lifecycle"][0]["transitions"][2]["days"] = json!(151);
    assert_eq!(world.calls(|| drop(world.up(&doc))), ["s3:PutBucketLifecycleConfiguration"]);
    let raw = world.boto(&["describe", BUCKET])["lifecycle"]["prefix-data/raw/"].clone();
    assert_eq!(raw["Transitions"][1], class(61, "GLACIER_IR"));
}

#[test]
fn a_rule_that_somebody_changed_is_seen_and_set_back() {
    let world = World::new();
    let doc = world.up(&wish(&world));
    let before = world.boto(&["describe", BUCKET]);
    for change in ["no-transitions", "another-class", "disabled", "moves-old-versions", "one-more"] {
        world.boto(&["spoil_rule", BUCKET, "prefix-data/raw/", change]);
        let plan = parsed(&world.storage(&["plan"], &doc));
        let fields = plan["changes"][0]["fields"].as_array().unwrap();
        assert_eq!((fields.len(), &fields[0]["field"]), (1, &json!("lifecycle")), "{change}: {plan}");
        assert_eq!(world.storage(&["status"], &doc).status, Some(4), "{change}");
        assert_eq!(world.calls(|| drop(world.up(&doc))), ["s3:PutBucketLifecycleConfiguration"], "{change}");
        assert_eq!(world.boto(&["describe", BUCKET]), before, "{change}");
    }
}

#[test]
fn rules_that_s3_refuses_or_that_take_strata_s_own_files_are_refused_before_anything_is_touched() {
    let world = World::new();
    for (rule, words) in [
        (
            json!({ "prefix": "data/", "transitions": [{ "days": 7, "class": "STANDARD_IA" }] }),
            "pipeline.storage.lifecycle[0].transitions[0]: S3 moves objects to STANDARD_IA after 30 days or more, not after 7",
        ),
        (
            json!({ "prefix": "data/", "transitions": [{ "days": 7, "class": "GLACIER_DEEP" }] }),
            "pipeline.storage.lifecycle[0].transitions[0].class`: unknown value `GLACIER_DEEP`; did you mean `GLACIER`?",
        ),
        (
            json!({ "prefix": "", "days": 30 }),
            "checking pipeline.storage.lifecycle[0]: dags/ would be deleted or archived, and has to be readable",
        ),
    ] {
        let mut wish = world.document();
        wish["pipeline"]["storage"]["lifecycle"] = json!([rule]);
        for verb in ["plan", "up"] {
            let calls = world.calls(|| {
                let output = world.storage(&[verb], &wish);
                assert_eq!(output.status, Some(2), "{}", output.stderr);
                assert!(output.stderr.contains(words), "{}", output.stderr);
            });
            assert_eq!(calls, [""; 0]);
        }
    }
}
