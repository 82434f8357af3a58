//! `CreateEnvironment`, and how the environment comes up or does not.

use crate::store::Mwaa;
use crate::time::now;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::{defaults, interfaces, log_groups, maintenance, network, prerequisites, real, validate};
use strata_local_wire::{Answer, AwsError};

/// What AWS says of every network fault: never which.
pub(crate) const OPAQUE: &str = "You may need to check the execution role permissions policy for your environment, and that each \
     of the VPC networking components required by the environment are configured to allow traffic. Troubleshooting: \
     https://docs.aws.amazon.com/mwaa/latest/userguide/troubleshooting.html";

/// Checks the request and starts the creation.
pub(crate) async fn environment(mwaa: &Arc<Mwaa>, region: &str, name: &str, input: Value) -> Answer {
    let Value::Object(input) = input else { return Err(validate::missing("executionRoleArn")) };
    validate::create(name, &input)?;
    if mwaa.find(region, name).is_ok_and(|found| !is_deleted(&found)) {
        return Err(taken(name));
    }
    let mut made = defaults::environment(region, name, &input);
    if real::is_wanted(&made) {
        made["WebserverUrl"] = json!(mwaa.real.url(&uuid::Uuid::new_v4().to_string()));
    }
    let made = made;
    prerequisites::check(&mwaa.cloud, &made).await?;
    let vpc = network::check_ids(&mwaa.cloud, region, &made).await?;
    let key = (region.to_string(), name.to_string());
    let is_new = mwaa.with(|all| match all.entry(key) {
        std::collections::btree_map::Entry::Occupied(place) if !is_deleted(place.get()) => false,
        place => {
            place.insert_entry(made.clone());
            true
        }
    });
    if !is_new {
        return Err(taken(name));
    }
    let answer = json!({ "Arn": made["Arn"] });
    interfaces::create(&mwaa.cloud, region, &made).await?;
    tokio::spawn(come_up(mwaa.clone(), region.to_string(), vpc, made));
    Ok(answer)
}

fn taken(name: &str) -> AwsError {
    AwsError::new("ValidationException", format!("Environment with name {name} already exists."))
}

/// Whether it is only shown for a while.
fn is_deleted(environment: &Value) -> bool {
    environment["Status"] == "DELETED"
}

pub(crate) async fn come_up(mwaa: Arc<Mwaa>, region: String, vpc: String, made: Value) {
    tokio::time::sleep(mwaa.cloud.lasts("mwaa creating", 20.0, 30.0)).await;
    let name = made["Name"].as_str().unwrap_or_default();
    let fault = match network::fault(&mwaa.cloud, &region, &vpc, &made).await {
        Ok(_) if mwaa.cloud.weather.fails_environments() => Some("the weather wants it so".to_string()),
        Ok(fault) => fault,
        Err(why) => Some(why.message),
    };
    if fault.is_none() {
        log_groups::create(&mwaa.cloud, &region, name, &made).await;
    }
    let mut told = fault.as_ref().map(|_| OPAQUE.to_string());
    if fault.is_none() && real::is_wanted(&made) {
        told = real::start(&mwaa, &region, &made).await.err();
    }
    if let Some(fault) = fault.as_ref().or(told.as_ref()) {
        // AWS keeps a fault of the network to itself; the person at this keyboard need not guess.
        tracing::warn!("environment {name} cannot be created: {fault}");
    }
    mwaa.change(&region, name, &made["CreatedAt"], |environment| {
        // A deletion that was asked for meanwhile goes on.
        if environment["Status"] != "CREATING" {
            return;
        }
        environment["Status"] = json!(if told.is_none() { "AVAILABLE" } else { "CREATE_FAILED" });
        environment["LastUpdate"] = outcome(told.as_deref());
    });
    maintenance::now_and_then(&mwaa, &region, &made).await;
}

/// What `LastUpdate` says at the end.
pub(crate) fn outcome(fault: Option<&str>) -> Value {
    let Some(fault) = fault else { return json!({ "Status": "SUCCESS", "CreatedAt": now() }) };
    let error = json!({ "ErrorCode": "INCORRECT_CONFIGURATION", "ErrorMessage": fault });
    json!({ "Status": "FAILED", "CreatedAt": now(), "Error": error })
}
