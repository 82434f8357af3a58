//! Things added from outside, things removed from outside, and what a user may add: own tags.

use super::bench::{Bench, Thing};
use serde_json::json;

/// One more change from outside: the layer, the kind and id it is done to, the field that differs, and the calls that
/// repair it.
pub(crate) struct Extra {
    pub(crate) layer: &'static str,
    pub(crate) resource: (&'static str, &'static str),
    pub(crate) field: &'static str,
    pub(crate) what: &'static str,
    pub(crate) act: fn(&Bench, &Thing),
}

pub(crate) const fn extra(
    layer: &'static str,
    resource: (&'static str, &'static str),
    field: &'static str,
    what: &'static str,
    act: fn(&Bench, &Thing),
) -> Extra {
    Extra { layer, resource, field, what, act }
}

/// Rules, routes, statements and policies that are in no pipeline.
pub(crate) const EXTRAS: &[Extra] = &[
    extra("catalog", ("crawler", "raw"), "path", "a second target", |bench, thing| {
        let found = bench.call("glue", "get_crawler", json!({ "Name": thing.physical }));
        let mut targets = found["Crawler"]["Targets"].clone();
        targets["S3Targets"].as_array_mut().unwrap().push(json!({ "Path": "s3://somebodys-own-data/" }));
        bench.call(
            "glue",
            "update_crawler",
            json!({ "Name": thing.physical, "Targets": { "S3Targets": targets["S3Targets"] } }),
        );
    }),
    extra("catalog", ("crawler", "raw"), "path", "files that are left out", |bench, thing| {
        let found = bench.call("glue", "get_crawler", json!({ "Name": thing.physical }));
        let mut target = found["Crawler"]["Targets"]["S3Targets"][0].clone();
        target["Exclusions"] = json!(["**.csv"]);
        bench.call("glue", "update_crawler", json!({ "Name": thing.physical, "Targets": { "S3Targets": [target] } }));
    }),
    extra("catalog", ("table", "pii_data"), "columns", "one more column", |bench, thing| {
        let words = json!({ "DatabaseName": "driven_data_db", "Name": thing.physical });
        let found = bench.call("glue", "get_table", words)["Table"].clone();
        let mut input = json!({ "Name": thing.physical });
        for member in ["TableType", "StorageDescriptor", "PartitionKeys", "Parameters"] {
            input[member] = found[member].clone();
        }
        let column = json!({ "Name": "more", "Type": "string" });
        input["StorageDescriptor"]["Columns"].as_array_mut().unwrap().push(column);
        bench.call("glue", "update_table", json!({ "DatabaseName": "driven_data_db", "TableInput": input }));
    }),
];

/// Take a thing away whole; false where it is not a thing that can go alone.
pub(crate) fn take_away(bench: &Bench, thing: &Thing) -> bool {
    let id = &thing.physical;
    let (service, operation, words) = match thing.kind.as_str() {
        "classifier" => ("glue", "delete_classifier", json!({ "Name": id })),
        "table" => ("glue", "delete_table", json!({ "DatabaseName": "driven_data_db", "Name": id })),
        "crawler" => ("glue", "delete_crawler", json!({ "Name": id })),
        "workgroup" => ("athena", "delete_work_group", json!({ "WorkGroup": id, "RecursiveDeleteOption": true })),
        _ => return false,
    };
    bench.call(service, operation, words);
    true
}

/// How a tag is set or taken away, where the kind has any.
pub(crate) enum Tags {
    /// It has none, and why.
    None(&'static str),
    /// By these calls.
    Has,
}

/// Whether a kind has tags. A kind that is not here fails the test.
pub(crate) fn tags(kind: &str) -> Option<Tags> {
    Some(match kind {
        "database" | "crawler" | "workgroup" => Tags::Has,
        "classifier" => Tags::None("AWS has no tags for classifiers"),
        "table" => Tags::None("tables carry the keys as parameters, which is a property of its own"),
        _ => return None,
    })
}

/// Set (`Some`) or take away (`None`) one tag of a thing.
pub(crate) fn tag(bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    let id = &thing.physical;
    let pair = json!([{ "Key": key, "Value": value.unwrap_or_default() }]);
    let glue = |kind: &str| format!("arn:aws:glue:eu-central-1:123456789012:{kind}/{id}");
    let (service, set, unset) = match thing.kind.as_str() {
        "database" | "crawler" => {
            let arn = glue(&thing.kind);
            let set = json!({ "ResourceArn": arn, "TagsToAdd": { key: value.unwrap_or_default() } });
            ("glue", ("tag_resource", set), ("untag_resource", json!({ "ResourceArn": arn, "TagsToRemove": [key] })))
        }
        "workgroup" => {
            let arn = format!("arn:aws:athena:eu-central-1:123456789012:workgroup/{id}");
            let set = json!({ "ResourceARN": arn, "Tags": pair });
            ("athena", ("tag_resource", set), ("untag_resource", json!({ "ResourceARN": arn, "TagKeys": [key] })))
        }
        kind => panic!("there is no way to tag {kind} here"),
    };
    let (operation, words) = if value.is_some() { set } else { unset };
    bench.call(service, operation, words);
}
