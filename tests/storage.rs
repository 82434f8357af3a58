//! `storage` against the local endpoint, seen through boto3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "storage/buckets.rs"]
mod buckets;
#[path = "storage/encrypted.rs"]
mod encrypted;
#[path = "storage/lifecycle.rs"]
mod lifecycle;
#[path = "storage/world.rs"]
mod world;

use serde_json::{Value, json};
use world::{BUCKET, World, parsed};

#[test]
fn d21_bucket_is_versioned_and_closed() {
    let world = World::new();
    let doc = world.up(&world.document());
    assert_eq!(doc["storage"]["bucket"], BUCKET);
    assert_eq!(doc["storage"]["arn"], format!("arn:aws:s3:::{BUCKET}"));
    let seen = world.boto(&["describe", BUCKET]);
    assert_eq!(seen["versioning"], "Enabled");
    let all = json!({ "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true });
    assert_eq!(seen["block"], all);
    assert_eq!((&seen["encryption"], &seen["bucket_key"]), (&json!("AES256"), &json!(true)));
    assert_eq!(seen["ownership"], "BucketOwnerEnforced");
    assert_eq!(seen["location"], "eu-central-1");
    let statement = &seen["policy"]["Statement"][0];
    assert_eq!((&statement["Effect"], &statement["Action"]), (&json!("Deny"), &json!("s3:*")));
    assert_eq!(statement["Condition"]["Bool"]["aws:SecureTransport"], "false");
    let rules = &seen["lifecycle"];
    assert_eq!(rules["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"], 30);
    assert_eq!(rules["old-versions"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"], 1);
    assert_eq!(rules["old-versions"]["Expiration"]["ExpiredObjectDeleteMarker"], true);
    assert_eq!(rules["query-results"]["Filter"]["Prefix"], "athena-results/");
    assert_eq!(rules["query-results"]["Expiration"]["Days"], 7);
    let tags = &seen["tags"];
    assert_eq!((&tags["strata:pipeline"], &tags["strata:env"]), (&json!("driven-data"), &json!("dev")));
    assert_eq!(
        (&tags["strata:layer"], &tags["strata:id"], &tags["Project"]),
        (&json!("storage"), &json!("bucket.main"), &json!("driven-data"))
    );
}

#[test]
fn a_second_up_changes_nothing_with_and_without_its_document() {
    let world = World::new();
    let first = world.storage(&["up"], &world.document());
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    let calls = world.calls(|| {
        assert_eq!(world.storage(&["up"], &parsed(&first)).stdout, first.stdout);
        assert_eq!(world.storage(&["up"], &world.document()).stdout, first.stdout);
        assert_eq!(world.storage(&["plan", "--detailed-exitcode"], &world.document()).status, Some(0));
        assert_eq!(world.storage(&["status"], &parsed(&first)).status, Some(0));
    });
    assert_eq!(calls, [""; 0]);
}

#[test]
fn one_changed_setting_is_one_call() {
    let world = World::new();
    let mut doc = world.up(&world.document());
    doc["pipeline"]["storage"]["old_versions_days"] = json!(14);
    let calls = world.calls(|| drop(world.up(&doc)));
    assert_eq!(calls, ["s3:PutBucketLifecycleConfiguration"]);
    let rules = world.boto(&["describe", BUCKET])["lifecycle"].clone();
    assert_eq!(rules["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"], 14);
}

#[test]
fn every_setting_that_drifted_is_seen_and_set_back() {
    let world = World::new();
    let doc = world.up(&world.document());
    let mut before = world.boto(&["describe", BUCKET]);
    world.boto(&["spoil", BUCKET]);
    let plan = parsed(&world.storage(&["plan"], &doc));
    let fields: Vec<&str> =
        plan["changes"][0]["fields"].as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["encryption", "lifecycle", "ownership", "policy", "public_access_block", "versioning", "tags"]);
    let calls = world.calls(|| drop(world.up(&doc)));
    assert_eq!(calls.len(), fields.len(), "{calls:?}");
    before["tags"]["Owner"] = json!("me");
    assert_eq!(world.boto(&["describe", BUCKET]), before);
}

#[test]
fn a_crash_after_the_bucket_was_made_is_repaired_by_the_next_up() {
    let world = World::new();
    let tags = ["strata:pipeline=driven-data", "strata:env=dev", "strata:layer=storage", "strata:id=bucket.main"];
    world.boto(&[&["create", BUCKET], tags.as_slice()].concat());
    let calls = world.calls(|| drop(world.up(&world.document())));
    assert!(!calls.contains(&"s3:CreateBucket".to_owned()), "{calls:?}");
    let seen = world.boto(&["describe", BUCKET]);
    assert_eq!((&seen["versioning"], &seen["tags"]["Name"]), (&json!("Enabled"), &json!(BUCKET)));
}

#[test]
fn a_bucket_of_somebody_else_is_refused_and_untouched() {
    let world = World::new();
    world.boto(&["create", BUCKET]);
    world.boto(&["put", BUCKET, "theirs.txt", "theirs"]);
    let calls = world.calls(|| {
        for verb in ["plan", "up"] {
            let output = world.storage(&[verb], &world.document());
            assert_eq!(output.status, Some(1), "{}", output.stderr);
            assert!(output.stderr.contains("belongs to another owner (it has no tags)"), "{}", output.stderr);
        }
        assert_eq!(world.storage(&["down", "--yes"], &world.document()).status, Some(0));
    });
    assert_eq!(calls, [""; 0]);
    assert_eq!(world.boto(&["get", BUCKET, "theirs.txt"])["text"], "theirs");
}

#[test]
fn d08_a_versioned_bucket_full_of_data_goes_down() {
    let world = World::new();
    let doc = world.up(&world.document());
    world.boto(&["fill", BUCKET, "500", "5"]);
    // There is no terminal to type yes on.
    let output = world.unattended(&["down"], &doc);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(
        output.stderr.contains("500 objects in 2,550 versions, 3 multipart uploads, and 25.00 kB"),
        "{}",
        output.stderr
    );
    assert_eq!(world.boto(&["buckets"]), json!([BUCKET]));
    // With no document at all.
    let output = world.program("storage", &["down", "--yes", "--pipeline", "driven-data", "--env", "dev"], "");
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(world.boto(&["buckets"]), json!([]));
    assert!(output.stderr.contains("nothing left of buckets, files"), "{}", output.stderr);
    assert_eq!(parsed(&output).get("storage"), None);
}

#[test]
fn keys_that_xml_cannot_carry_are_listed_and_deleted() {
    let world = World::new();
    let doc = world.up(&world.document());
    let each = world.boto(&["odd", BUCKET]).as_u64().unwrap();
    // Objects of another owner next to ours in dags/ are looked at, and stay.
    assert_eq!(world.calls(|| assert_eq!(world.up(&doc), doc)), [""; 0]);
    let output = world.unattended(&["down"], &doc);
    let words = format!("{} objects in {} versions, {} multipart uploads", each * 2, each * 5, each * 2);
    assert!(output.status == Some(2) && output.stderr.contains(&words), "{}", output.stderr);
    let calls = world.calls(|| {
        let output = world.storage(&["down", "--yes"], &doc);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
    });
    assert_eq!(world.boto(&["buckets"]), json!([]));
    // One by one where a document cannot name them; all others together.
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    assert_eq!((count("s3:DeleteObjects"), count("s3:DeleteObject")), (1, 4 * 5), "{calls:?}");
}

#[test]
fn a_bucket_with_nothing_but_our_files_goes_without_a_question() {
    let world = World::new();
    let doc = world.up(&world.document());
    let output = world.unattended(&["down"], &doc);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(world.boto(&["buckets"]), json!([]));
}

#[test]
fn d09_the_bucket_is_named_once_and_every_spec_follows() {
    let world = World::new();
    let mut wish = world.document();
    wish["pipeline"]["storage"]["bucket"] = json!("another-bucket");
    let doc = world.up(&wish);
    assert_eq!(doc["storage"]["bucket"], "another-bucket");
    let texts = world.boto(&["texts", "another-bucket"]);
    for (key, text) in texts.as_object().unwrap() {
        let text = text.as_str().unwrap();
        assert!(!text.contains(BUCKET) && !text.contains("driven-data-bucket"), "{key}");
        if key.starts_with("scripts/transforms/") {
            assert!(text.contains("s3://another-bucket/data/"), "{key}: {text}");
        }
    }
    assert_eq!(texts.as_object().unwrap().len(), 5 + 2 * 9);
    // Without its document it is found by its tags.
    let output = world.program("storage", &["down", "--yes", "--pipeline", "driven-data"], "");
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(world.boto(&["buckets"]), json!([]));
}

#[test]
fn one_changed_sql_file_is_one_upload_and_a_new_version() {
    let world = World::new();
    let before = world.up(&world.document());
    let key = "sql/staging/dim_date.sql";
    let text = std::fs::read_to_string(world.path(key)).unwrap();
    std::fs::write(world.path(key), format!("-- changed\n{text}")).unwrap();
    let mut after = Value::Null;
    let calls = world.calls(|| after = parsed(&world.storage(&["sync"], &before)));
    assert_eq!(calls, ["s3:PutObject"]);
    let files = |doc: &Value| doc["storage"]["files"].as_object().unwrap().clone();
    let changed: Vec<String> = files(&after)
        .into_iter()
        .filter(|(key, id)| before["storage"]["files"][key] != *id)
        .map(|(key, _)| key)
        .collect();
    assert_eq!(changed, [key]);
    assert!(world.boto(&["get", BUCKET, key])["text"].as_str().unwrap().starts_with("-- changed\n"));
    assert_eq!(world.calls(|| assert_eq!(world.up(&after), after)), [""; 0]);
}

#[test]
fn the_files_that_the_layers_need_are_there() {
    let world = World::new();
    std::fs::create_dir_all(world.path("dags/helpers")).unwrap();
    std::fs::write(world.path("dags/helpers/own.py"), "OWN = 1\n").unwrap();
    let doc = world.up(&world.document());
    let files = doc["storage"]["files"].as_object().unwrap();
    for key in [
        "dags/strata_pipeline.py",
        "dags/driven-data.strata.json",
        "dags/helpers/own.py",
        "requirements.txt",
        "scripts/glue/run_transform.py",
        "scripts/glue/strata_transform.py",
        "scripts/transforms/payment_data.json",
        "sql/trusted/payment_data.sql",
    ] {
        assert!(files.contains_key(key), "{key} is not in {files:?}");
    }
    assert_eq!(files.len(), 6 + 2 * 9);
    let latest: Vec<Value> = world.boto(&["versions", BUCKET]).as_array().unwrap().clone();
    for one in latest {
        assert_eq!(files[one["key"].as_str().unwrap()], one["id"]);
    }
    let own = world.boto(&["get", BUCKET, "dags/helpers/own.py"]);
    assert_eq!(own["type"], "text/x-python; charset=utf-8");
    assert_eq!(own["metadata"]["strata-id"], "file.dags/helpers/own.py");
}

#[test]
fn a_file_that_is_no_longer_wanted_goes_and_a_persons_own_stays() {
    let world = World::new();
    std::fs::create_dir_all(world.path("dags")).unwrap();
    std::fs::write(world.path("dags/old.py"), "").unwrap();
    let doc = world.up(&world.document());
    world.boto(&["put", BUCKET, "dags/theirs.py", "theirs"]);
    std::fs::remove_file(world.path("dags/old.py")).unwrap();
    let calls = world.calls(|| drop(world.up(&doc)));
    // What takes something away holds the lock meanwhile.
    assert_eq!(calls, ["logs:CreateLogGroup", "s3:DeleteObject", "logs:DeleteLogGroup"]);
    assert_eq!(world.boto(&["get", BUCKET, "dags/old.py"]), json!({ "error": "NoSuchKey" }));
    assert_eq!(world.boto(&["get", BUCKET, "dags/theirs.py"])["text"], "theirs");
}

#[test]
fn bad_files_are_refused_before_anything_is_touched() {
    let world = World::new();
    let sql = world.path("sql/staging/dim_date.sql");
    let good = std::fs::read_to_string(&sql).unwrap();
    let refused = |words: &str| {
        let calls = world.calls(|| {
            let output = world.storage(&["up"], &world.document());
            assert_eq!(output.status, Some(2), "{}", output.stderr);
            assert!(output.stderr.contains(words), "{}", output.stderr);
        });
        assert_eq!(calls, [""; 0]);
    };
    std::fs::write(&sql, "SELECT unique_id,\n  FROM FROM raw\n").unwrap();
    refused("sql/staging/dim_date.sql:2:");
    std::fs::write(&sql, "SELECT unique_id, accessed_at FROM raww\n").unwrap();
    refused("did you mean `raw`?");
    std::fs::write(&sql, b"SELECT '\xff' FROM raw\n").unwrap();
    refused("sql/staging/dim_date.sql");
    std::fs::remove_file(&sql).unwrap();
    refused("there is no such file");
    std::os::unix::fs::symlink("/etc/hostname", &sql).unwrap();
    refused("leads out of the pipeline's folder");
    std::fs::remove_file(&sql).unwrap();
    std::fs::write(&sql, good).unwrap();
    let mut doc = world.document();
    doc["pipeline"]["folder"] = json!("pipelines/none");
    let output = world.storage(&["up"], &doc);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("there is no folder pipelines/none"), "{}", output.stderr);
}
