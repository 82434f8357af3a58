//! The checks of the call itself that look at other services: the bucket, its files, the role.

use crate::failure::invalid;
use crate::principal::CALLER;
use serde_json::Value;
use strata_local_cloud::Cloud;
use strata_local_wire::form;

use crate::role;
use strata_local_wire::AwsError;
use strata_local_wire::xml::first_element;

/// The four settings that together block public access.
const BLOCKS: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// Refuses what AWS refuses in the call.
pub(crate) async fn check(cloud: &Cloud, environment: &Value) -> Result<(), AwsError> {
    let text = |member: &str| environment[member].as_str().unwrap_or_default();
    let bucket = text("SourceBucketArn").rsplit(':').next().unwrap_or_default();
    bucket_is_fit(cloud, bucket).await?;
    role::check(cloud, text("ExecutionRoleArn"), bucket, text("DagS3Path")).await?;
    for kind in ["Plugins", "Requirements", "StartupScript"] {
        let path = text(&format!("{kind}S3Path"));
        let version = text(&format!("{kind}S3ObjectVersion"));
        if !path.is_empty() && !cloud.s3.has(bucket, path, Some(version)) {
            return Err(invalid(format!("Unable to read version {version} of the object s3://{bucket}/{path}")));
        }
    }
    workers_are_fit(environment)
}

async fn bucket_is_fit(cloud: &Cloud, bucket: &str) -> Result<(), AwsError> {
    let versioning = setting(cloud, bucket, "GetBucketVersioning", "versioning").await;
    let versioning = versioning.map_err(|_| invalid(format!("Provided bucket {bucket} does not exist")))?;
    let block = setting(cloud, bucket, "GetPublicAccessBlock", "publicAccessBlock").await.unwrap_or_default();
    let is_on = |flag: &&str| first_element(&block, flag).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    if !BLOCKS.iter().all(is_on) {
        return Err(invalid(format!("Provided bucket does not have BlockPublicAccess set for s3 bucket {bucket}")));
    }
    if first_element(&versioning, "Status").as_deref() != Some("Enabled") {
        return Err(invalid(format!("Provided bucket does not have Versioning enabled for s3 bucket {bucket}")));
    }
    Ok(())
}

fn workers_are_fit(environment: &Value) -> Result<(), AwsError> {
    let number = |member: &str| environment[member].as_u64().unwrap_or_default();
    if environment["EnvironmentClass"] == "mw1.micro" {
        for member in ["Schedulers", "MinWorkers", "MaxWorkers", "MinWebservers", "MaxWebservers"] {
            if number(member) != 1 {
                return Err(invalid(format!("{member} must be 1 for the environment class mw1.micro")));
            }
        }
    } else if number("Schedulers") < 2 {
        return Err(invalid("Schedulers must be between 2 and 5 for this environment class"));
    }
    for (min, max) in [("MinWorkers", "MaxWorkers"), ("MinWebservers", "MaxWebservers")] {
        if number(min) > number(max) {
            return Err(invalid(format!("{min} must not be greater than {max}")));
        }
    }
    Ok(())
}

/// The XML of a bucket's setting.
async fn setting(cloud: &Cloud, bucket: &str, operation: &str, resource: &str) -> Result<String, AwsError> {
    // A bucket answers in any region.
    cloud.get(&CALLER, "us-east-1", "s3", operation, &format!("/{}?{resource}", form::escape(bucket))).await
}
