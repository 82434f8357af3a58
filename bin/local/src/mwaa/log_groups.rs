//! The log groups that MWAA makes in the account, and leaves there.

use serde_json::{Value, json};

use super::defaults::LOGS;
use crate::world::World;

/// Makes the groups of the enabled logs. One that is there already is somebody's, and is used.
pub(super) async fn create(world: &World, region: &str, name: &str, environment: &Value) {
    for (member, suffix) in LOGS {
        if environment["LoggingConfiguration"][member]["Enabled"] == true {
            let body = json!({ "logGroupName": format!("airflow-{name}-{suffix}") });
            let made = world.upstream.json(region, "logs", "Logs_20140328.CreateLogGroup", body).await;
            if let Err(why) = made
                && why.code != "ResourceAlreadyExistsException"
            {
                tracing::warn!("log group airflow-{name}-{suffix}: {} {}", why.code, why.message);
            }
        }
    }
}
