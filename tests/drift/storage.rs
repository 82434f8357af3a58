//! Changes of buckets and files from outside.

use crate::bench::{Bench, Thing, another_tag, text};
use crate::extras::{Extra, Tags, extra};
use crate::parts::Drift;
use crate::ways::{Way, unknown};
use serde_json::{Value, json};

pub(crate) const DRIFT: Drift = Drift { way, tags, tag, take_away, extras: EXTRAS };

fn way(kind: &str, field: &str) -> Option<Way> {
    Some(match (kind, field) {
        ("bucket", "name") => Way::Fixed("a bucket keeps its name"),
        ("bucket", _) => Way::Change(bucket),
        ("file", "bucket") => Way::Fixed("an object stays in its bucket"),
        ("file", "md5") => Way::Change(file),
        ("file", "sha256" | "key") => Way::Elsewhere("files of a bucket with a key: tests/storage/encrypted.rs"),
        _ => return None,
    })
}

fn bucket(bench: &Bench, thing: &Thing, field: &str) {
    let name = &thing.physical;
    match field {
        "versioning" => {
            let words = json!({ "Bucket": name, "VersioningConfiguration": { "Status": "Suspended" } });
            bench.call("s3", "put_bucket_versioning", words);
        }
        "encryption" => {
            let by = json!({ "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms" } });
            let words = json!({ "Bucket": name, "ServerSideEncryptionConfiguration": { "Rules": [by] } });
            bench.call("s3", "put_bucket_encryption", words);
        }
        "public_access_block" => drop(bench.call("s3", "delete_public_access_block", json!({ "Bucket": name }))),
        "ownership" => {
            let controls = json!({ "Rules": [{ "ObjectOwnership": "ObjectWriter" }] });
            let words = json!({ "Bucket": name, "OwnershipControls": controls });
            bench.call("s3", "put_bucket_ownership_controls", words);
        }
        "policy" => drop(bench.call("s3", "delete_bucket_policy", json!({ "Bucket": name }))),
        "lifecycle" => drop(bench.call("s3", "delete_bucket_lifecycle", json!({ "Bucket": name }))),
        _ => unknown(thing, field),
    }
}

fn file(bench: &Bench, thing: &Thing, _: &str) {
    let bucket = main(bench);
    let words = json!({ "Bucket": bucket, "Key": thing.physical, "Body": "-- changed from outside\n" });
    bench.call("s3", "put_object", words);
}

/// The main bucket.
fn main(bench: &Bench) -> String {
    text(&strata_tests::json(&bench.document)["storage"]["bucket"])
}

fn tags(kind: &str) -> Option<Tags> {
    Some(match kind {
        "bucket" => Tags::Has,
        "file" => Tags::None("objects are ours by their bucket and key"),
        _ => return None,
    })
}

fn tag(bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    let id = &thing.physical;
    let mut tags = bench.call("s3", "get_bucket_tagging", json!({ "Bucket": id }))["TagSet"].clone();
    let list = tags.as_array_mut().unwrap();
    list.retain(|tag| tag["Key"] != key);
    list.extend(value.map(|value| another_tag(key, value)));
    let words = json!({ "Bucket": id, "Tagging": { "TagSet": tags } });
    bench.call("s3", "put_bucket_tagging", words);
}

fn take_away(bench: &Bench, thing: &Thing) -> bool {
    if thing.kind != "file" {
        return false;
    }
    bench.call("s3", "delete_object", json!({ "Bucket": main(bench), "Key": thing.physical }));
    true
}

const EXTRAS: &[Extra] = &[
    extra("storage", ("bucket", "main"), "policy", "one more statement", |bench, thing| {
        let found = bench.call("s3", "get_bucket_policy", json!({ "Bucket": thing.physical }));
        let mut policy = strata_tests::json(&text(&found["Policy"]));
        let arn = format!("arn:aws:s3:::{}/*", thing.physical);
        let read = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": arn });
        policy["Statement"].as_array_mut().unwrap().push(read);
        let words = json!({ "Bucket": thing.physical, "Policy": policy.to_string() });
        bench.call("s3", "put_bucket_policy", words);
    }),
    extra("storage", ("bucket", "main"), "lifecycle", "a rule that deletes the data", |bench, thing| {
        let rule =
            json!({ "ID": "more", "Status": "Enabled", "Filter": { "Prefix": "data/" }, "Expiration": { "Days": 1 } });
        rules(bench, thing, |rules| rules.push(rule));
    }),
    extra("storage", ("bucket", "main"), "lifecycle", "a rule that holds only for large objects", |bench, thing| {
        rules(bench, thing, |rules| {
            let query = rules.iter_mut().find(|rule| rule["ID"] == "query-results").unwrap();
            let filter = json!({ "And": { "Prefix": "athena-results/", "ObjectSizeGreaterThan": 1000 } });
            query["Filter"] = filter;
        });
    }),
    extra("storage", ("bucket", "main"), "public_access_block", "one of the four switches", |bench, thing| {
        let block = json!({
            "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": false, "RestrictPublicBuckets": true,
        });
        let words = json!({ "Bucket": thing.physical, "PublicAccessBlockConfiguration": block });
        bench.call("s3", "put_public_access_block", words);
    }),
    extra("storage", ("bucket", "archive"), "lifecycle", "another class", |bench, thing| {
        rules(bench, thing, |rules| {
            let raw = rules.iter_mut().find(|rule| rule["ID"] == "prefix-raw/").unwrap();
            raw["Transitions"][1]["StorageClass"] = json!("DEEP_ARCHIVE");
        });
    }),
];

fn rules(bench: &Bench, thing: &Thing, change: impl FnOnce(&mut Vec<Value>)) {
    let found = bench.call("s3", "get_bucket_lifecycle_configuration", json!({ "Bucket": thing.physical }));
    let mut rules = found["Rules"].as_array().unwrap().clone();
    change(&mut rules);
    let words = json!({ "Bucket": thing.physical, "LifecycleConfiguration": { "Rules": rules } });
    bench.call("s3", "put_bucket_lifecycle_configuration", words);
}
