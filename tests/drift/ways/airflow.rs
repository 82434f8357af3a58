//! What somebody changes in MWAA, and in the logs of its environment.

use super::super::bench::{Bench, Thing, text};
use super::{json, unknown};

pub(super) fn log_group(bench: &Bench, thing: &Thing, _: &str) {
    bench.call("logs", "put_retention_policy", json!({ "logGroupName": thing.physical, "retentionInDays": 7 }));
}

pub(super) fn environment(bench: &Bench, thing: &Thing, field: &str) {
    let document = json(bench);
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
