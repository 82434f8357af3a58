//! `UpdateEnvironment` and `DeleteEnvironment`.

use crate::failure::resting;
use crate::store::Mwaa;
use crate::time::now;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::create::{OPAQUE, outcome};
use crate::{defaults, interfaces, log_groups, network, prerequisites, real, validate};
use strata_local_wire::{Answer, AwsError};

/// Checks the request and starts the update.
pub(crate) async fn environment(mwaa: &Arc<Mwaa>, region: &str, name: &str, input: Value) -> Answer {
    let Value::Object(input) = input else { return Err(validate::missing("name")) };
    validate::update(&input)?;
    let before = mwaa.find(region, name)?;
    resting(&before, &["AVAILABLE", "UPDATE_FAILED"])?;
    let mut after = before.clone();
    defaults::merge(&mut after, &input);
    after["LoggingConfiguration"] =
        defaults::logging(region, name, &before["LoggingConfiguration"], input.get("LoggingConfiguration"));
    prerequisites::check(&mwaa.cloud, &after).await?;
    let vpc = network::check_ids(&mwaa.cloud, region, &after).await?;
    mwaa.change(region, name, &before["CreatedAt"], |environment| {
        environment["Status"] = json!("UPDATING");
        environment["LastUpdate"] = json!({ "Status": "PENDING", "CreatedAt": now() });
    });
    let answer = json!({ "Arn": after["Arn"] });
    tokio::spawn(finish(mwaa.clone(), region.to_string(), vpc, before, after));
    Ok(answer)
}

/// Takes the change over, or leaves the environment as it was.
async fn finish(mwaa: Arc<Mwaa>, region: String, vpc: String, before: Value, after: Value) {
    tokio::time::sleep(mwaa.cloud.lasts("mwaa updating", 10.0, 20.0)).await;
    let name = after["Name"].as_str().unwrap_or_default();
    let mut fault = match network::fault(&mwaa.cloud, &region, &vpc, &after).await {
        Ok(None) => None,
        _ => Some(OPAQUE.to_string()),
    };
    if fault.is_none() {
        log_groups::create(&mwaa.cloud, &region, name, &after).await;
        if real::is_wanted(&before) && real::is_changed(&before, &after) {
            fault = real::restart(&mwaa, &region, &before, &after).await.err();
        }
    }
    let is_good = fault.is_none();
    mwaa.change(&region, name, &after["CreatedAt"], |environment| {
        if environment["Status"] != "UPDATING" {
            return;
        }
        if is_good {
            // Tags have calls of their own, and may have changed meanwhile.
            let tags = environment["Tags"].clone();
            *environment = after.clone();
            environment["Tags"] = tags;
        }
        environment["Status"] = json!(if is_good { "AVAILABLE" } else { "UPDATE_FAILED" });
        environment["LastUpdate"] = outcome(fault.as_deref());
    });
}

/// Starts the deletion.
pub(crate) fn delete(mwaa: &Arc<Mwaa>, region: &str, name: &str) -> Answer {
    let found = mwaa.find(region, name)?;
    if found["Status"] == "DELETED" {
        let why = format!("Environment {name} with DELETED status cannot be deleted.");
        return Err(AwsError::new("ValidationException", why));
    }
    resting(&found, &["AVAILABLE", "CREATE_FAILED", "UPDATE_FAILED", "UNAVAILABLE"])?;
    mwaa.change(region, name, &found["CreatedAt"], |environment| environment["Status"] = json!("DELETING"));
    tokio::spawn(vanish(mwaa.clone(), region.to_string(), found));
    Ok(json!({}))
}

/// The interfaces go first: a caller that sees the environment gone may delete its subnets. In bad weather it is as in
/// AWS: the environment is shown as deleted for a while, and its interfaces outlive it.
pub(crate) async fn vanish(mwaa: Arc<Mwaa>, region: String, found: Value) {
    let weather = &mwaa.cloud.weather;
    tokio::time::sleep(weather.lasts("mwaa deleting", 10.0, 20.0).unwrap_or(mwaa.cloud.pace)).await;
    let interfaces = interfaces::list(&mwaa.cloud, &region, &found).await;
    let name = found["Name"].as_str().unwrap_or_default().to_string();
    mwaa.real.stop(&region, &name).await;
    let linger = weather.lasts("mwaa interfaces", 3.0, 15.0);
    if let Some(listed) = weather.lasts("mwaa listed", 0.0, 2.0) {
        mwaa.change(&region, &name, &found["CreatedAt"], |environment| environment["Status"] = json!("DELETED"));
        tokio::time::sleep(listed).await;
    } else {
        interfaces::delete(&mwaa.cloud, &region, &interfaces).await;
    }
    mwaa.with(|all| {
        let key = (region.clone(), name);
        if all.get(&key).is_some_and(|now| now["CreatedAt"] == found["CreatedAt"]) {
            all.remove(&key);
        }
    });
    if let Some(linger) = linger {
        tokio::time::sleep(linger).await;
        interfaces::delete(&mwaa.cloud, &region, &interfaces).await;
    }
}
