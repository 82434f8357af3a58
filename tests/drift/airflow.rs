//! Changes of the environment and its log groups from outside.

use crate::bench::{Bench, Thing, text};
use crate::extras::{Extra, Tags, extra};
use crate::parts::Drift;
use crate::ways::Way::{self, Change, Fixed, With};
use crate::ways::unknown;
use serde_json::json;

pub(crate) const DRIFT: Drift = Drift { way, tags, tag, take_away, extras: EXTRAS };

fn way(kind: &str, field: &str) -> Option<Way> {
    Some(match (kind, field) {
        ("log-group", "retention_days") => Change(log_group),
        ("environment", "subnets") => Fixed("MWAA changes no subnets"),
        ("environment", "major") => Fixed("MWAA updates an environment within a major version"),
        // Neither is taken without the other, and another file has another version.
        ("environment", "requirements_path") => With(&["requirements_version"], environment),
        // The role may read only its own bucket, so another bucket comes with another role, and with its own versions.
        ("environment", "bucket_arn") => With(&["role_arn", "requirements_version"], environment),
        ("environment", _) => Change(environment),
        _ => return None,
    })
}

fn log_group(bench: &Bench, thing: &Thing, _: &str) {
    bench.call("logs", "put_retention_policy", json!({ "logGroupName": thing.physical, "retentionInDays": 7 }));
}

fn environment(bench: &Bench, thing: &Thing, field: &str) {
    let document = strata_tests::json(&bench.document);
    let role = "arn:aws:iam::123456789012:role/another-airflow-role";
    let mut words = json!({ "Name": thing.physical });
    match field {
        "version" => words["AirflowVersion"] = json!("2.10.1"),
        "class" => words["EnvironmentClass"] = json!("mw1.medium"),
        "min_workers" => words["MinWorkers"] = json!(2),
        "max_workers" => words["MaxWorkers"] = json!(6),
        "schedulers" => words["Schedulers"] = json!(3),
        "access" => words["WebserverAccessMode"] = json!("PRIVATE_ONLY"),
        "logs" => words["LoggingConfiguration"]["TaskLogs"] = json!({ "Enabled": true, "LogLevel": "DEBUG" }),
        "maintenance" => words["WeeklyMaintenanceWindowStart"] = json!("SUN:10:30"),
        "config" => words["AirflowConfigurationOptions"] = json!({ "core.parallelism": "3" }),
        "dags_path" => words["DagS3Path"] = json!("scripts"),
        "requirements_path" => {
            let bucket = text(&document["storage"]["bucket"]);
            let put = bench.call("s3", "put_object", json!({ "Bucket": bucket, "Key": "other.txt", "Body": "six\n" }));
            words["RequirementsS3Path"] = json!("other.txt");
            words["RequirementsS3ObjectVersion"] = put["VersionId"].clone();
        }
        "requirements_version" => {
            let bucket = text(&document["storage"]["bucket"]);
            let found = bench.call("s3", "get_object", json!({ "Bucket": bucket, "Key": "requirements.txt" }));
            let put = json!({ "Bucket": bucket, "Key": "requirements.txt", "Body": found["Body"] });
            let version = bench.call("s3", "put_object", put)["VersionId"].clone();
            words["RequirementsS3Path"] = json!("requirements.txt");
            words["RequirementsS3ObjectVersion"] = version;
        }
        "role_arn" => words["ExecutionRoleArn"] = json!(role),
        "bucket_arn" => {
            let bucket = "another-airflow-bucket";
            let put = json!({ "Bucket": bucket, "Key": "requirements.txt", "Body": "six\n" });
            let version = bench.call("s3", "put_object", put)["VersionId"].clone();
            words["RequirementsS3Path"] = json!("requirements.txt");
            words["RequirementsS3ObjectVersion"] = version;
            words["SourceBucketArn"] = json!(format!("arn:aws:s3:::{bucket}"));
            words["ExecutionRoleArn"] = json!(role);
        }
        "security_groups" => {
            let group = json!({ "GroupName": "another", "Description": "x", "VpcId": document["net"]["vpc_id"] });
            let group = bench.call("ec2", "create_security_group", group)["GroupId"].clone();
            let all = json!([{ "IpProtocol": "-1", "UserIdGroupPairs": [{ "GroupId": group }] }]);
            let rule = json!({ "GroupId": group, "IpPermissions": all });
            bench.call("ec2", "authorize_security_group_ingress", rule);
            words["NetworkConfiguration"]["SecurityGroupIds"] = json!([group]);
        }
        _ => unknown(thing, field),
    }
    bench.call("mwaa", "update_environment", words);
    bench.settled();
}

fn tags(kind: &str) -> Option<Tags> {
    ["environment", "log-group"].contains(&kind).then_some(Tags::Has)
}

fn tag(bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    let id = &thing.physical;
    let (service, name, resource, tags, keys) = if thing.kind == "environment" {
        ("mwaa", "ResourceArn", format!("airflow:eu-central-1:123456789012:environment/{id}"), "Tags", "tagKeys")
    } else {
        ("logs", "resourceArn", format!("logs:eu-central-1:123456789012:log-group:{id}"), "tags", "tagKeys")
    };
    let arn = format!("arn:aws:{resource}");
    match value {
        Some(value) => bench.call(service, "tag_resource", json!({ name: arn, tags: { key: value } })),
        None => bench.call(service, "untag_resource", json!({ name: arn, keys: [key] })),
    };
}

fn take_away(bench: &Bench, thing: &Thing) -> bool {
    if thing.kind != "log-group" {
        return false;
    }
    bench.call("logs", "delete_log_group", json!({ "logGroupName": thing.physical }));
    true
}

const EXTRAS: &[Extra] = &[extra("airflow", ("environment", "main"), "config", "one more option", |bench, thing| {
    let options = json!({ "core.default_timezone": "utc", "webserver.expose_config": "True" });
    let words = json!({ "Name": thing.physical, "AirflowConfigurationOptions": options });
    bench.call("mwaa", "update_environment", words);
    bench.settled();
})];
