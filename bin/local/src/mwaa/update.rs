//! `UpdateEnvironment` and `DeleteEnvironment`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::create::{OPAQUE, outcome};
use super::{defaults, interfaces, log_groups, network, now, prerequisites, real, resting, validate};
use crate::call::{Answer, AwsError};
use crate::world::World;

/// Checks the request and starts the update.
pub(super) async fn environment(world: &Arc<World>, region: &str, name: &str, input: Value) -> Answer {
    let Value::Object(input) = input else { return Err(validate::missing("name")) };
    validate::update(&input)?;
    let before = world.mwaa.find(region, name)?;
    resting(&before, &["AVAILABLE", "UPDATE_FAILED"])?;
    let mut after = before.clone();
    defaults::merge(&mut after, &input);
    after["LoggingConfiguration"] =
        defaults::logging(region, name, &before["LoggingConfiguration"], input.get("LoggingConfiguration"));
    prerequisites::check(world, &after).await?;
    let vpc = network::check_ids(world, region, &after).await?;
    world.mwaa.change(region, name, &before["CreatedAt"], |environment| {
        environment["Status"] = json!("UPDATING");
        environment["LastUpdate"] = json!({ "Status": "PENDING", "CreatedAt": now() });
    });
    let answer = json!({ "Arn": after["Arn"] });
    tokio::spawn(finish(world.clone(), region.to_string(), vpc, before, after));
    Ok(answer)
}

/// Takes the change over, or leaves the environment as it was.
async fn finish(world: Arc<World>, region: String, vpc: String, before: Value, after: Value) {
    tokio::time::sleep(world.weather.lasts("mwaa updating", 10.0, 20.0).unwrap_or(world.pace)).await;
    let name = after["Name"].as_str().unwrap_or_default();
    let mut fault = match network::fault(&world, &region, &vpc, &after).await {
        Ok(None) => None,
        _ => Some(OPAQUE.to_string()),
    };
    if fault.is_none() {
        log_groups::create(&world, &region, name, &after).await;
        if real::is_wanted(&before) && real::is_changed(&before, &after) {
            fault = real::restart(&world, &region, &before, &after).await.err();
        }
    }
    let is_good = fault.is_none();
    world.mwaa.change(&region, name, &after["CreatedAt"], |environment| {
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
pub(super) fn delete(world: &Arc<World>, region: &str, name: &str) -> Answer {
    let found = world.mwaa.find(region, name)?;
    if found["Status"] == "DELETED" {
        let why = format!("Environment {name} with DELETED status cannot be deleted.");
        return Err(AwsError::new("ValidationException", why));
    }
    resting(&found, &["AVAILABLE", "CREATE_FAILED", "UPDATE_FAILED", "UNAVAILABLE"])?;
    world.mwaa.change(region, name, &found["CreatedAt"], |environment| environment["Status"] = json!("DELETING"));
    tokio::spawn(vanish(world.clone(), region.to_string(), found));
    Ok(json!({}))
}

/// The interfaces go first: a caller that sees the environment gone may delete its subnets. In bad weather it is as in
/// AWS: the environment is shown as deleted for a while, and its interfaces outlive it.
async fn vanish(world: Arc<World>, region: String, found: Value) {
    let weather = &world.weather;
    tokio::time::sleep(weather.lasts("mwaa deleting", 10.0, 20.0).unwrap_or(world.pace)).await;
    let interfaces = interfaces::list(&world, &region, &found).await;
    let name = found["Name"].as_str().unwrap_or_default().to_string();
    world.mwaa.real.stop(&region, &name).await;
    let linger = weather.lasts("mwaa interfaces", 3.0, 15.0);
    if let Some(listed) = weather.lasts("mwaa listed", 0.0, 2.0) {
        world.mwaa.change(&region, &name, &found["CreatedAt"], |environment| environment["Status"] = json!("DELETED"));
        tokio::time::sleep(listed).await;
    } else {
        interfaces::delete(&world, &region, &interfaces).await;
    }
    world.mwaa.with(|all| {
        let key = (region.clone(), name);
        if all.get(&key).is_some_and(|now| now["CreatedAt"] == found["CreatedAt"]) {
            all.remove(&key);
        }
    });
    if let Some(linger) = linger {
        tokio::time::sleep(linger).await;
        interfaces::delete(&world, &region, &interfaces).await;
    }
}
