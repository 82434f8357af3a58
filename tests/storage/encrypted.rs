//! Buckets that are encrypted with the pipeline's key: ETags tell nothing there.

use crate::world::{BUCKET, World, parsed};
use serde_json::{Value, json};

const FILE: &str = "sql/staging/dim_date.sql";

/// driven-data with this encryption of its bucket, and with its key.
fn with_key(world: &World, encryption: &str) -> Value {
    let mut wish = world.document();
    wish["pipeline"]["storage"]["encryption"] = json!(encryption);
    wish["pipeline"]["keys"] = json!({});
    let output = world.program("keys", &["up"], &wish.to_string());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    parsed(&output)
}

/// All objects are encrypted so, and this tells their bytes.
fn all_are(world: &World, encryption: &Value, tells: &str) {
    let objects = world.boto(&["sealed", BUCKET]);
    let objects = objects.as_object().unwrap();
    assert_eq!(objects.len(), 5 + 2 * 9);
    for (key, object) in objects {
        for field in ["by", "key", "bucket_key"] {
            assert_eq!(object[field], encryption[field], "{key}: {object}");
        }
        assert_eq!((&object["md5"], &object["sha256"]), (&json!(tells == "md5"), &json!(tells == "sha256")), "{key}");
    }
}

#[test]
fn bucket_and_files_are_encrypted_with_the_key_and_a_second_up_changes_nothing() {
    let world = World::new();
    let mut wish = world.document();
    wish["pipeline"]["storage"]["encryption"] = json!("key");
    let output = world.storage(&["up"], &wish);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("the document has no section `keys`; run `keys up` first"), "{}", output.stderr);
    let plan = parsed(&world.storage(&["plan"], &wish));
    assert!(plan["changes"][0].to_string().contains("(known after keys)"), "{plan}");

    let wish = with_key(&world, "key");
    let arn = &wish["keys"]["arn"];
    let doc = world.up(&wish);
    let seen = world.boto(&["describe", BUCKET]);
    assert_eq!((&seen["encryption"], &seen["key"], &seen["bucket_key"]), (&json!("aws:kms"), arn, &json!(true)));
    all_are(&world, &json!({ "by": "aws:kms", "key": arn, "bucket_key": true }), "sha256");
    let calls = world.calls(|| {
        assert_eq!(world.up(&doc), doc);
        assert_eq!(world.up(&wish), doc);
        assert_eq!(world.storage(&["sync"], &doc).status, Some(0));
        assert_eq!(world.storage(&["status"], &doc).status, Some(0));
    });
    assert_eq!(calls, [""; 0]);
}

#[test]
fn a_file_that_somebody_changed_is_seen_and_uploaded_again() {
    let world = World::new();
    let mut doc = world.up(&with_key(&world, "key"));
    let before = world.boto(&["get", BUCKET, FILE]);
    for (way, fields) in [
        ("another-text", &["sha256"][..]),
        // Of other bytes S3 could not tell these.
        ("without-checksum", &["sha256"]),
        ("own-key", &["key"]),
    ] {
        for verb in ["up", "sync"] {
            world.boto(&["put_again", BUCKET, FILE, way]);
            let plan = parsed(&world.storage(&["plan"], &doc));
            let changes = plan["changes"].as_array().unwrap();
            assert_eq!((changes.len(), &changes[0]["resource"]), (1, &json!(format!("file.{FILE}"))), "{way}: {plan}");
            let seen: Vec<&str> =
                changes[0]["fields"].as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap()).collect();
            assert_eq!(seen, fields, "{way}");
            assert_eq!(world.storage(&["status"], &doc).status, Some(4), "{way}");
            let calls = world.calls(|| doc = parsed(&world.storage(&[verb], &doc)));
            assert_eq!(calls, ["s3:PutObject"], "{way} {verb}");
            assert_eq!(world.boto(&["get", BUCKET, FILE]), before, "{way} {verb}");
            assert_eq!(world.storage(&["status"], &doc).status, Some(0), "{way} {verb}");
        }
    }
}

#[test]
fn another_encryption_takes_the_files_with_it() {
    let world = World::new();
    let plain = with_key(&world, "sse-s3");
    world.up(&plain);
    all_are(&world, &json!({ "by": "AES256", "key": null, "bucket_key": false }), "md5");
    for encryption in ["key", "sse-s3"] {
        let wish = with_key(&world, encryption);
        let mut doc = Value::Null;
        let calls = world.calls(|| doc = world.up(&wish));
        let count = |name: &str| calls.iter().filter(|call| *call == name).count();
        assert_eq!((count("s3:PutBucketEncryption"), count("s3:PutObject"), calls.len()), (1, 23, 24), "{calls:?}");
        assert_eq!(world.calls(|| assert_eq!(world.up(&doc), doc)), [""; 0]);
        match encryption {
            "key" => {
                let arn = &wish["keys"]["arn"];
                all_are(&world, &json!({ "by": "aws:kms", "key": arn, "bucket_key": true }), "sha256");
            }
            _ => all_are(&world, &json!({ "by": "AES256", "key": null, "bucket_key": false }), "md5"),
        }
    }
}

#[test]
fn a_key_that_cannot_be_used_is_told_in_aws_words_and_up_again_heals() {
    let world = World::new();
    let doc = world.up(&with_key(&world, "key"));
    world.boto(&["disable", doc["keys"]["key_id"].as_str().unwrap()]);
    let plan = parsed(&world.storage(&["plan"], &doc));
    assert_eq!(plan["changes"].as_array().unwrap().len(), 23, "{plan}");
    let output = world.storage(&["up"], &doc);
    assert_eq!(output.status, Some(3), "{}", output.stderr);
    assert!(output.stderr.contains("KMS.DisabledException"), "{}", output.stderr);
    let output = world.program("keys", &["up"], &doc.to_string());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(world.calls(|| assert_eq!(world.up(&parsed(&output)), doc)), [""; 0]);
}
