//! Several buckets: each with its own settings, all of one pipeline.

use crate::world::{BUCKET, World, parsed};
use serde_json::{Value, json};

/// The name of the bucket with the id `archive`.
const ARCHIVE: &str = "driven-data-dev-archive-123456789012-eu-central-1-an";

fn two(world: &World) -> Value {
    world.buckets(json!({ "buckets": { "archive": { "old_versions_days": 7, "unfinished_uploads_days": 3 } } }))
}

#[test]
fn each_bucket_has_its_name_tags_and_settings() {
    let world = World::new();
    let doc = world.up(&two(&world));
    assert_eq!(doc["storage"]["bucket"], BUCKET);
    assert_eq!(
        doc["storage"]["buckets"],
        json!({ "archive": { "name": ARCHIVE, "arn": format!("arn:aws:s3:::{ARCHIVE}") } })
    );
    let (main, archive) = (world.boto(&["describe", BUCKET]), world.boto(&["describe", ARCHIVE]));
    for setting in ["location", "versioning", "encryption", "bucket_key", "block", "ownership"] {
        assert_eq!(archive[setting], main[setting], "{setting}");
    }
    assert_eq!(archive["policy"].to_string(), main["policy"].to_string().replace(BUCKET, ARCHIVE));
    assert_eq!((&archive["tags"]["strata:id"], &archive["tags"]["Name"]), (&json!("bucket.archive"), &json!(ARCHIVE)));
    let rules = &archive["lifecycle"];
    assert_eq!(
        rules.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["old-versions"],
        "Athena writes into main alone"
    );
    assert_eq!(rules["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"], 7);
    assert_eq!(rules["old-versions"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"], 3);
    assert_eq!(main["lifecycle"]["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"], 30);
    let calls = world.calls(|| {
        assert_eq!(world.up(&doc), doc);
        assert_eq!(world.up(&two(&world)), doc);
        assert_eq!(world.storage(&["status"], &doc).status, Some(0));
    });
    assert_eq!(calls, [""; 0]);
}

#[test]
fn drift_of_one_bucket_is_seen_and_set_back_there() {
    let world = World::new();
    let doc = world.up(&two(&world));
    let before = (world.boto(&["describe", BUCKET]), world.boto(&["describe", ARCHIVE]));
    world.boto(&["spoil", ARCHIVE]);
    let plan = parsed(&world.storage(&["plan"], &doc));
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &changes[0]["resource"]), (1, &json!("bucket.archive")), "{plan}");
    let fields = changes[0]["fields"].as_array().unwrap().len();
    assert_eq!(fields, 7, "{plan}");
    assert_eq!(world.calls(|| drop(world.up(&doc))).len(), fields);
    let mut after = (world.boto(&["describe", BUCKET]), world.boto(&["describe", ARCHIVE]));
    assert_eq!(after.1["tags"]["Owner"].take(), "me");
    after.1["tags"].as_object_mut().unwrap().remove("Owner");
    assert_eq!(after, before);
}

#[test]
fn down_empties_all_of_them() {
    let world = World::new();
    let doc = world.up(&two(&world));
    world.boto(&["put", BUCKET, "data/one", "1"]);
    world.boto(&["fill", ARCHIVE, "20", "2"]);
    let output = world.unattended(&["down"], &doc);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    for words in [
        format!("{BUCKET} would be deleted with 1 object in 1 version"),
        format!("{ARCHIVE} would be deleted with 20 objects in 42"),
    ] {
        assert!(output.stderr.contains(&words), "{words}: {}", output.stderr);
    }
    let output = world.program("storage", &["down", "--yes", "--pipeline", "driven-data"], "");
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(world.boto(&["buckets"]), json!([]));
}

#[test]
fn a_bucket_that_is_no_longer_asked_for_goes_after_a_question_that_says_what_is_in_it() {
    for with_document in [true, false] {
        let world = World::new();
        let doc = world.up(&two(&world));
        world.boto(&["put", BUCKET, "data/one", "1"]);
        world.boto(&["put", ARCHIVE, "data/two", "22"]);
        let mut one = if with_document { doc.clone() } else { two(&world) };
        one["pipeline"]["storage"] = json!({});
        let plan = parsed(&world.storage(&["plan"], &one));
        assert_eq!((&plan["changes"][0]["action"], &plan["changes"][0]["id"]), (&json!("delete"), &json!(ARCHIVE)));
        for args in [&["up"][..], &["down", "--unasked"]] {
            let calls = world.calls(|| {
                let output = world.unattended(args, &one);
                assert_eq!(output.status, Some(2), "{}", output.stderr);
                let words = format!("bucket.archive ({ARCHIVE}) will be removed, with 1 object in 1 version");
                assert!(output.stderr.contains(&words), "{}", output.stderr);
                // What is there is in the document, as long as it is.
                assert_eq!(parsed(&output)["storage"]["buckets"]["archive"]["name"], ARCHIVE);
            });
            // A run that would make or remove something holds the lock while it asks.
            assert!(calls.iter().all(|call| call.ends_with("LogGroup")), "{calls:?}");
        }
        let output = world.storage(&["up", "--yes"], &one);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        assert_eq!(parsed(&output)["storage"].get("buckets"), None);
        assert_eq!(world.boto(&["buckets"]), json!([BUCKET]));
        assert_eq!(world.boto(&["get", BUCKET, "data/one"])["text"], "1");
    }
}

#[test]
fn a_bucket_of_somebody_else_under_one_of_the_names_is_refused_before_any_is_made() {
    let world = World::new();
    world.boto(&["create", "my-landing"]);
    let wish = world.buckets(json!({ "buckets": { "landing": { "name": "my-landing" } } }));
    let calls = world.calls(|| {
        let output = world.storage(&["up"], &wish);
        assert_eq!(output.status, Some(1), "{}", output.stderr);
        assert!(output.stderr.contains("taking bucket my-landing: it exists and belongs to"), "{}", output.stderr);
    });
    assert_eq!(calls, [""; 0]);
    assert_eq!(world.boto(&["buckets"]), json!(["my-landing"]));
}

#[test]
fn names_that_s3_would_refuse_are_refused() {
    let world = World::new();
    let mut wish = world.buckets(json!({ "buckets": { "a-long-id-of-bucket": {} } }));
    for (env, exit) in [("dev", 2), ("d", 0)] {
        wish["pipeline"]["env"] = json!(env);
        let output = world.storage(&["plan"], &wish);
        assert_eq!(output.status, Some(exit), "{}", output.stderr);
        let words = "AWS requires 3 to 63 characters; give `name`, or a shorter id";
        assert_eq!(exit == 2, output.stderr.contains(words), "{}", output.stderr);
    }
}
