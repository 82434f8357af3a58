//! The execution role: who may assume it, and whether it may read the bucket.

use strata_local_cloud::Cloud;
use strata_local_iam::Role;
use strata_local_wire::AwsError;

use crate::failure::invalid;
use crate::principal::CALLER;

/// The two services that act in an environment's name.
const PRINCIPALS: [&str; 2] = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"];

/// Checks trust and permissions as AWS does in the call.
pub(crate) async fn check(cloud: &Cloud, arn: &str, bucket: &str, dags: &str) -> Result<(), AwsError> {
    let role = Role::find(cloud, &CALLER, arn).await;
    let role = role.map_err(|_| invalid(format!("Provided role {arn} does not exist")))?;
    if !PRINCIPALS.iter().all(|principal| role.trusts(principal)) {
        return Err(invalid(format!(
            "Provided role {arn} must be assumable by the principals {}",
            PRINCIPALS.join(" and ")
        )));
    }
    let rights = role.rights(cloud, &CALLER).await?;
    let location = format!("{bucket}/{}", dags.trim_matches('/'));
    if rights.allow("s3:ListBucket", &format!("arn:aws:s3:::{bucket}"))
        && rights.allow("s3:GetObject", &format!("arn:aws:s3:::{location}/x"))
    {
        return Ok(());
    }
    Err(invalid(format!("Provided role does not have sufficient permissions for s3 location {location}")))
}
