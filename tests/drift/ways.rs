//! For every property of every kind: how it is changed from outside. A property that is not here fails the test.

use super::bench::{Bench, Thing};
use serde_json::{Value, json};

/// What the property's way is.
pub(crate) enum Way {
    /// AWS has no call that changes it, and why.
    Fixed(&'static str),
    /// Tried by a test of its own, and why.
    Elsewhere(&'static str),
    /// Changed by calls of boto3.
    Change(fn(&Bench, &Thing, &str)),
    /// As `Change`, and those of these fields that the thing has differ with it.
    With(&'static [&'static str], fn(&Bench, &Thing, &str)),
}

use Way::{Change, Elsewhere, With};

/// The way of one property.
pub(crate) fn way(kind: &str, field: &str) -> Option<Way> {
    let way = match (kind, field) {
        ("database", _) => Change(database),
        ("classifier", _) => Change(classifier),
        ("table", _) => Change(table),
        // New folders alone are crawled only where changes are logged: the three change together.
        ("crawler", "recrawl" | "on_change" | "on_delete") => With(&["on_change", "on_delete", "recrawl"], crawler),
        ("crawler", "columns") => Elsewhere("there is a table after a crawl only: tests/crawls.rs"),
        ("crawler", _) => Change(crawler),
        ("workgroup", _) => Change(workgroup),
        _ => return None,
    };
    Some(way)
}

pub(crate) fn unknown(thing: &Thing, field: &str) -> ! {
    panic!("there is no change of {}.{field} from outside here", thing.resource())
}

fn database(bench: &Bench, thing: &Thing, field: &str) {
    let found = bench.call("glue", "get_database", json!({ "Name": thing.physical }))["Database"].clone();
    let mut input = json!({
        "Name": thing.physical, "Description": found["Description"], "Parameters": found["Parameters"]
    });
    match field {
        "description" => input["Description"] = json!("something else"),
        "parameters" => input["Parameters"] = json!({ "strata:pipeline": "driven-data", "strata:env": "prod" }),
        _ => unknown(thing, field),
    }
    bench.call("glue", "update_database", json!({ "Name": thing.physical, "DatabaseInput": input }));
}

fn classifier(bench: &Bench, thing: &Thing, field: &str) {
    let found = bench.call("glue", "get_classifier", json!({ "Name": thing.physical }));
    let mut csv = found["Classifier"]["CsvClassifier"].clone();
    for own in ["CreationTime", "LastUpdated", "Version"] {
        csv.as_object_mut().unwrap().remove(own);
    }
    // A classifier has as many types as columns.
    let another = |list: &Value, first: &str| {
        let mut list = list.clone();
        list[0] = json!(first);
        list
    };
    let (member, value) = match field {
        "delimiter" => ("Delimiter", json!(";")),
        "quote" => ("QuoteSymbol", json!("'")),
        "header" => ("ContainsHeader", json!("ABSENT")),
        "columns" => ("Header", another(&csv["Header"], "another")),
        "types" => ("CustomDatatypes", another(&csv["CustomDatatypes"], "BINARY")),
        "trims" => ("DisableValueTrimming", json!(false)),
        "single_column" => ("AllowSingleColumn", json!(true)),
        "serde" => ("Serde", json!("LazySimpleSerDe")),
        _ => unknown(thing, field),
    };
    csv[member] = value;
    bench.call("glue", "update_classifier", json!({ "CsvClassifier": csv }));
}

fn table(bench: &Bench, thing: &Thing, field: &str) {
    let words = json!({ "DatabaseName": "driven_data_db", "Name": thing.physical });
    let found = bench.call("glue", "get_table", words)["Table"].clone();
    let mut input = json!({ "Name": thing.physical });
    for member in ["TableType", "StorageDescriptor", "PartitionKeys", "Parameters"] {
        input[member] = found[member].clone();
    }
    match field {
        "columns" => input["StorageDescriptor"]["Columns"][0]["Type"] = json!("bigint"),
        "partition_keys" => input["PartitionKeys"] = json!([{ "Name": "another_day", "Type": "string" }]),
        "parameters" => input["Parameters"]["classification"] = json!("avro"),
        "format" => input["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] = json!("org.example.Another"),
        "location" => input["StorageDescriptor"]["Location"] = json!("s3://somebodys-own-data/"),
        "kind" => input["TableType"] = json!("VIRTUAL_VIEW"),
        "serde" => input["StorageDescriptor"]["SerdeInfo"]["Parameters"] = json!({ "separatorChar": ";" }),
        _ => unknown(thing, field),
    }
    bench.call("glue", "update_table", json!({ "DatabaseName": "driven_data_db", "TableInput": input }));
}

fn crawler(bench: &Bench, thing: &Thing, field: &str) {
    let found = &bench.call("glue", "get_crawler", json!({ "Name": thing.physical }))["Crawler"];
    let (member, value) = match field {
        "role" => ("Role", json!("another-role")),
        "database" => ("DatabaseName", json!("another_db")),
        "path" | "sample" => {
            // All else of the target stays.
            let mut target = found["Targets"]["S3Targets"][0].clone();
            let is_path = field == "path";
            target[if is_path { "Path" } else { "SampleSize" }] = if is_path { json!("s3://x-y/") } else { json!(7) };
            ("Targets", json!({ "S3Targets": [target] }))
        }
        "classifiers" => ("Classifiers", json!(["another"])),
        "on_change" | "on_delete" | "recrawl" => {
            let daily = found["RecrawlPolicy"]["RecrawlBehavior"] == "CRAWL_NEW_FOLDERS_ONLY";
            let other = if daily { "CRAWL_EVERYTHING" } else { "CRAWL_NEW_FOLDERS_ONLY" };
            ("RecrawlPolicy", json!({ "RecrawlBehavior": other }))
        }
        "configuration" => ("Configuration", json!("{\"Version\":1.0}")),
        "schedule" => ("Schedule", json!("cron(0 * * * ? *)")),
        "prefix" => ("TablePrefix", json!("another_")),
        _ => unknown(thing, field),
    };
    let mut words = json!({ "Name": thing.physical, member: value });
    if member == "RecrawlPolicy" {
        let all = words["RecrawlPolicy"]["RecrawlBehavior"] == "CRAWL_EVERYTHING";
        let (update, delete) = if all { ("UPDATE_IN_DATABASE", "DELETE_FROM_DATABASE") } else { ("LOG", "LOG") };
        words["SchemaChangePolicy"] = json!({ "UpdateBehavior": update, "DeleteBehavior": delete });
    }
    bench.call("glue", "update_crawler", words);
}

fn workgroup(bench: &Bench, thing: &Thing, field: &str) {
    let mut words = json!({ "WorkGroup": thing.physical });
    let key = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000";
    match field {
        "description" => words["Description"] = json!("something else"),
        "state" => words["State"] = json!("DISABLED"),
        "output" => words["ConfigurationUpdates"]["ResultConfigurationUpdates"]["OutputLocation"] = json!("s3://x-y/"),
        "encryption" => {
            let by = json!({ "EncryptionOption": "SSE_KMS", "KmsKey": key });
            words["ConfigurationUpdates"]["ResultConfigurationUpdates"]["EncryptionConfiguration"] = by;
        }
        "scan_limit_bytes" => words["ConfigurationUpdates"]["BytesScannedCutoffPerQuery"] = json!(99_000_000),
        "enforced" => words["ConfigurationUpdates"]["EnforceWorkGroupConfiguration"] = json!(false),
        "metrics" => words["ConfigurationUpdates"]["PublishCloudWatchMetricsEnabled"] = json!(false),
        "engine" => {
            let engine = json!({ "SelectedEngineVersion": "Athena engine version 3" });
            words["ConfigurationUpdates"]["EngineVersion"] = engine;
        }
        _ => unknown(thing, field),
    }
    bench.call("athena", "update_work_group", words);
}

/// A policy that says something else than ours.
pub(crate) fn another_policy() -> String {
    let statement = json!({ "Sid": "Another", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}
