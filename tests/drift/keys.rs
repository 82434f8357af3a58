//! Changes of the key and its alias from outside.

use crate::bench::{Bench, Thing};
use crate::extras::{Extra, Tags};
use crate::parts::Drift;
use crate::ways::Way;
use serde_json::{Value, json};

pub(crate) const DRIFT: Drift = Drift { way, tags, tag, take_away, extras: EXTRAS };

fn way(kind: &str, field: &str) -> Option<Way> {
    Some(match (kind, field) {
        ("key", "spec") => Way::Fixed("a key keeps its material's kind"),
        ("key", "deletion") => Way::Elsewhere("it takes two calls to bring a key back: tests/keys.rs"),
        ("key", "enabled" | "description" | "rotation_days" | "policy") => Way::Change(key),
        ("alias", "key_id") => Way::Change(alias),
        _ => return None,
    })
}

fn key(bench: &Bench, thing: &Thing, field: &str) {
    let id = &thing.physical;
    let (operation, words) = match field {
        "enabled" => ("disable_key", json!({ "KeyId": id })),
        "description" => ("update_key_description", json!({ "KeyId": id, "Description": "another" })),
        "rotation_days" => ("enable_key_rotation", json!({ "KeyId": id, "RotationPeriodInDays": 100 })),
        _ => {
            let words = json!({ "KeyId": id, "PolicyName": "default", "Policy": wider(bench, id).to_string() });
            ("put_key_policy", words)
        }
    };
    bench.call("kms", operation, words);
}

/// The key's policy, and one more statement.
fn wider(bench: &Bench, id: &str) -> Value {
    let found = bench.call("kms", "get_key_policy", json!({ "KeyId": id, "PolicyName": "default" }));
    let mut policy = strata_tests::json(found["Policy"].as_str().unwrap());
    let statement = json!({
        "Sid": "Others", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
        "Action": "kms:Decrypt", "Resource": "*",
    });
    policy["Statement"].as_array_mut().unwrap().push(statement);
    policy
}

fn alias(bench: &Bench, thing: &Thing, _: &str) {
    let ours = strata_tests::json(&bench.document)["keys"]["key_id"].clone();
    // Another key of ours: an alias of a stranger's would be a stranger's.
    let tags = bench.call("kms", "list_resource_tags", json!({ "KeyId": ours }))["Tags"].clone();
    let kept: Vec<Value> =
        tags.as_array().unwrap().iter().filter(|tag| tag["TagKey"] != "strata:layer").cloned().collect();
    let other = bench.call("kms", "create_key", json!({ "Tags": kept }))["KeyMetadata"]["KeyId"].clone();
    bench.call("kms", "update_alias", json!({ "AliasName": thing.physical, "TargetKeyId": other }));
    bench.call("kms", "untag_resource", json!({ "KeyId": other, "TagKeys": ["strata:id"] }));
}

fn tags(kind: &str) -> Option<Tags> {
    Some(match kind {
        "key" => Tags::Has,
        "alias" => Tags::None("AWS has no tags for aliases"),
        _ => return None,
    })
}

fn tag(bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    let id = &thing.physical;
    let (operation, words) = match value {
        Some(value) => ("tag_resource", json!({ "KeyId": id, "Tags": [{ "TagKey": key, "TagValue": value }] })),
        None => ("untag_resource", json!({ "KeyId": id, "TagKeys": [key] })),
    };
    bench.call("kms", operation, words);
}

fn take_away(bench: &Bench, thing: &Thing) -> bool {
    if thing.kind != "alias" {
        return false;
    }
    bench.call("kms", "delete_alias", json!({ "AliasName": thing.physical }));
    true
}

const EXTRAS: &[Extra] = &[];
