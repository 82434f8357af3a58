//! The environment by which a script reaches AWS: this endpoint's front door, as the job's role.

use serde_json::{Map, Value};
use strata_local_cloud::Cloud;
use strata_local_iam::Role;
use strata_local_wire::Caller;
use strata_local_wire::xml::first_element;

use crate::script::Script;

/// Takes the role, as Glue does before it runs a job.
pub(crate) async fn assume(cloud: &Cloud, script: &Script<'_>) -> Result<Map<String, Value>, String> {
    let refused = || {
        let (job, run, role) = (script.job, script.run, script.role);
        format!(
            "JobName:{job} and JobRunId:{run} failed to execute with exception Role {role} should be given assume role \
             permissions for Glue Service."
        )
    };
    let service = Caller::service(script.principal);
    let role = Role::find(cloud, &service, script.role).await.map_err(|_| refused())?;
    if !role.trusts(script.principal) {
        return Err(refused());
    }
    let asked = [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", role.arn.as_str()),
        ("RoleSessionName", "GlueJobRunnerSession"),
    ];
    let text = cloud.query(&service, script.region, "sts", &asked).await.map_err(|why| why.message)?;
    let part = |name: &str| first_element(&text, name).unwrap_or_default();
    let url = format!("http://127.0.0.1:{}", cloud.port);
    let all = [
        ("AWS_ACCESS_KEY_ID", part("AccessKeyId")),
        ("AWS_SECRET_ACCESS_KEY", part("SecretAccessKey")),
        ("AWS_SESSION_TOKEN", part("SessionToken")),
        ("AWS_ENDPOINT_URL", url),
        ("AWS_REGION", script.region.to_owned()),
        ("AWS_DEFAULT_REGION", script.region.to_owned()),
        // No person's profile.
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true".to_owned()),
    ];
    Ok(all.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
}
