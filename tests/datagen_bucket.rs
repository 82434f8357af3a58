//! `datagen` into the bucket: generated days and a person's own file, seen through boto3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "storage/world.rs"]
mod world;

use serde_json::{Value, json};
use strata_testkit::{Output, repository};
use world::{BUCKET, World, parsed};

const DAY_14: &str = "data/raw/raw_batch_data_2024-09-14.csv";
const DAY_15: &str = "data/raw/raw_batch_data_2024-09-15.csv";

fn datagen(world: &World, args: &[&str], doc: &Value) -> Output {
    world.program("datagen", args, &doc.to_string())
}

fn good(world: &World, args: &[&str], doc: &Value) -> Value {
    let output = datagen(world, args, doc);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    parsed(&output)
}

fn lines(world: &World, key: &str) -> Vec<String> {
    let text = world.boto(&["get", BUCKET, key])["text"].as_str().unwrap().to_owned();
    text.lines().map(str::to_owned).collect()
}

fn real() -> String {
    repository().join("tests/fixtures/batch_2024-09-15.csv").to_str().unwrap().to_owned()
}

#[test]
fn d24_the_same_day_again_is_the_same_file() {
    let world = World::new();
    let doc = world.up(&world.document());
    let args = ["generate", "--to", "bucket", "--date", "2024-09-15"];
    let first = good(&world, &args, &doc);
    // 1,000 rows and seed 1 are the pipeline's own wish.
    assert_eq!((&first["datagen"]["rows"], &first["datagen"]["key"]), (&json!(1000), &json!(DAY_15)));
    assert_eq!(lines(&world, DAY_15).len(), 1001);
    let again = good(&world, &args, &first);
    assert_eq!(again, first);
    let versions = world.boto(&["versions", BUCKET, "data/"]);
    let versions = versions.as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert!(versions.iter().all(|one| one["key"] == DAY_15 && one["etag"] == versions[0]["etag"]), "{versions:?}");
    let other = good(&world, &[&args[..], &["--seed", "2", "--rows", "10"]].concat(), &doc);
    assert_ne!(other["datagen"]["sha256"], first["datagen"]["sha256"]);
    assert_eq!(lines(&world, DAY_15).len(), 11);
}

#[test]
fn d13_a_new_day_leaves_the_days_before_alone() {
    let world = World::new();
    let doc = world.up(&world.document());
    good(&world, &["generate", "--to", "bucket", "--date", "2024-09-14", "--history", "--rows", "50"], &doc);
    let before = world.boto(&["versions", BUCKET, DAY_14]);
    good(&world, &["generate", "--to", "bucket", "--date", "2024-09-15", "--rows", "20"], &doc);
    assert_eq!(world.boto(&["versions", BUCKET, DAY_14]), before);
    let (first, second) = (lines(&world, DAY_14), lines(&world, DAY_15));
    assert_eq!((first.len(), second.len()), (51, 21));
    assert!(!second[1..].contains(&first[0]), "the header is there once");
}

#[test]
fn d22_history_goes_where_the_crawler_looks() {
    let world = World::new();
    let doc = world.up(&world.document());
    let after = good(&world, &["load", "--input", &real(), "--date", "2024-09-15"], &doc);
    assert_eq!(after["datagen"]["key"], DAY_15);
    assert_eq!(after["datagen"]["rows"], 189);
    let raw = after["pipeline"]["tables"]["raw"]["path"].as_str().unwrap();
    assert!(DAY_15.starts_with(raw));
    let mine = std::fs::read_to_string(real()).unwrap();
    assert_eq!(world.boto(&["get", BUCKET, DAY_15])["text"], mine);
    // All else is as it was.
    let mut rest = after.clone();
    rest.as_object_mut().unwrap().remove("datagen");
    assert_eq!(rest, doc);
}

#[test]
fn a_bad_file_is_refused_before_anything_is_uploaded() {
    let world = World::new();
    let doc = world.up(&world.document());
    let bad = world.path("bad.csv");
    let text = std::fs::read_to_string(real()).unwrap().replacen(",750,", ",fast,", 1);
    std::fs::write(&bad, &text).unwrap();
    let args = ["load", "--input", bad.to_str().unwrap(), "--date", "2024-09-15"];
    let calls = world.calls(|| {
        let output = datagen(&world, &args, &doc);
        assert_eq!(output.status, Some(2), "{}", output.stderr);
        assert!(output.stderr.contains("column download_speed: `fast` is not of type int"), "{}", output.stderr);
        let output = datagen(&world, &["load", "--input", "/nowhere.csv", "--date", "2024-09-15"], &doc);
        assert_eq!(output.status, Some(2), "{}", output.stderr);
        let output = datagen(&world, &args, &world.document());
        assert_eq!(output.status, Some(2), "{}", output.stderr);
    });
    assert_eq!(calls, [""; 0]);
    good(&world, &[&args[..], &["--allow-bad-rows"]].concat(), &doc);
    assert_eq!(world.boto(&["get", BUCKET, DAY_15])["text"], text);
}

#[test]
fn a_large_day_goes_up_in_parts_and_leaves_no_upload_behind() {
    let world = World::new();
    let doc = world.up(&world.document());
    let mut after = Value::Null;
    let calls = world.calls(|| {
        after = good(&world, &["generate", "--to", "bucket", "--date", "2024-09-15", "--rows", "100372"], &doc);
    });
    assert!(calls.iter().filter(|call| *call == "s3:UploadPart").count() >= 3, "{calls:?}");
    assert_eq!(world.boto(&["uploads", BUCKET]), json!(0));
    let versions = world.boto(&["versions", BUCKET, DAY_15]);
    assert_eq!(versions[0]["size"], after["datagen"]["bytes"]);
    assert_eq!(lines(&world, DAY_15).len(), 100_373);
}

#[test]
fn without_the_bucket_it_says_what_to_run() {
    let world = World::new();
    let output = datagen(&world, &["generate", "--to", "bucket"], &world.document());
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("run `storage up` first"), "{}", output.stderr);
}

#[test]
fn an_upload_that_fails_midway_leaves_no_parts_to_pay_for() {
    let world = World::new();
    let doc = world.up(&world.document());
    world.endpoint.weather(&json!({ "faults": [{
        "service": "s3", "operation": "UploadPart", "nth": 2, "kind": "error", "code": "AccessDenied", "status": 403
    }] }));
    let words = ["generate", "--to", "bucket", "--date", "2024-09-15", "--rows", "100000"];
    let output = datagen(&world, &words, &doc);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("AccessDenied"), "{}", output.stderr);
    world.endpoint.clear_weather();
    let left =
        strata_testkit::World::of(&world.endpoint).call("s3", "list_multipart_uploads", json!({ "Bucket": BUCKET }));
    assert_eq!(left.get("Uploads"), None, "{left}");
    assert_eq!(world.boto(&["versions", BUCKET, DAY_15]), json!([]));
}

#[test]
fn u03_what_a_day_has_is_kept_where_nobody_says_otherwise() {
    let world = World::new();
    let doc = world.up(&world.document());
    let args = ["generate", "--to", "bucket", "--if-missing", "--date", "2024-09-15"];
    let input = ["input", "--date", "2024-09-15"];
    let calls = world.calls(|| {
        let output = datagen(&world, &input, &doc);
        assert_eq!(output.status, Some(2), "{}", output.stderr);
        assert!(
            output.stderr.contains(&format!("table raw has no {DAY_15}; upload it with input=FILE")),
            "{}",
            output.stderr
        );
    });
    assert_eq!(calls, [""; 0]);
    good(&world, &args, &doc);
    let made = world.boto(&["versions", BUCKET, DAY_15]);
    let calls = world.calls(|| {
        assert_eq!(good(&world, &[&args[..], &["--seed", "9"]].concat(), &doc), doc);
        assert_eq!(good(&world, &input, &doc), doc);
    });
    assert_eq!(calls, [""; 0]);
    assert_eq!(world.boto(&["versions", BUCKET, DAY_15]), made);
    // A longer name is another file.
    good(&world, &["load", "--input", &real(), "--date", "2024-09-14"], &doc);
    good(&world, &["input", "--date", "2024-09-14"], &doc);
}
