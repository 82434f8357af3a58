//! The log groups that MWAA makes in the account, and leaves there.

use serde_json::Value;
use strata_local_cloud::Cloud;
use strata_local_logs::create_group;

use crate::defaults::LOGS;
use crate::principal::CALLER;

/// Makes the groups of the enabled logs.
pub(crate) async fn create(cloud: &Cloud, region: &str, name: &str, environment: &Value) {
    for (member, suffix) in LOGS {
        if environment["LoggingConfiguration"][member]["Enabled"] == true
            && let Err(why) = create_group(cloud, &CALLER, region, &format!("airflow-{name}-{suffix}")).await
        {
            tracing::warn!("log group airflow-{name}-{suffix}: {} {}", why.code, why.message);
        }
    }
}
