//! What MWAA knows, for the next start of the endpoint. Transitions go on, and an Airflow that ran is started again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Result, Value, json};
use strata_local_cloud::ENDED;

use crate::key::Key;
use crate::store::Mwaa;
use crate::{create, network, real, update};

/// All environments.
pub(crate) fn save(mwaa: &Mwaa) -> Result<Option<Vec<u8>>> {
    let text = |all: &mut BTreeMap<Key, Value>| {
        let all: Vec<(&Key, &Value)> = all.iter().collect();
        if all.is_empty() { Ok(None) } else { serde_json::to_vec(&all).map(Some) }
    };
    mwaa.look(text)
}

/// Takes all environments.
pub(crate) fn load(mwaa: &Arc<Mwaa>, kept: &[u8]) -> Result<usize> {
    let mut all: Vec<(Key, Value)> = serde_json::from_slice(kept)?;
    let mut moving = Vec::new();
    for ((region, _), environment) in &mut all {
        match environment["Status"].as_str().unwrap_or_default() {
            "CREATING" | "DELETING" | "DELETED" => moving.push((region.clone(), environment.clone())),
            "AVAILABLE" | "MAINTENANCE" | "UPDATING" | "UPDATE_FAILED" | "UNAVAILABLE"
                if real::is_wanted(environment) =>
            {
                environment["Status"] = json!("UPDATING");
                moving.push((region.clone(), environment.clone()));
            }
            // What it was to become is not known any more.
            "UPDATING" => {
                environment["Status"] = json!("UPDATE_FAILED");
                environment["LastUpdate"] = create::outcome(Some(ENDED));
            }
            "MAINTENANCE" => environment["Status"] = json!("AVAILABLE"),
            _ => {}
        }
    }
    let resources = all.len();
    mwaa.with(|environments| environments.extend(all));
    for (region, environment) in moving {
        tokio::spawn(go_on(mwaa.clone(), region, environment));
    }
    Ok(resources)
}

async fn go_on(mwaa: Arc<Mwaa>, region: String, environment: Value) {
    match environment["Status"].as_str().unwrap_or_default() {
        "CREATING" => {
            let vpc = network::check_ids(&mwaa.cloud, &region, &environment).await.unwrap_or_default();
            create::come_up(mwaa, region, vpc, environment).await;
        }
        "UPDATING" => wake(&mwaa, &region, &environment).await,
        _ => update::vanish(mwaa, region, environment).await,
    }
}

/// Starts the Airflow behind an environment again. Its database went with the endpoint.
async fn wake(mwaa: &Arc<Mwaa>, region: &str, environment: &Value) {
    let fault = real::start(mwaa, region, environment).await.err();
    let name = environment["Name"].as_str().unwrap_or_default();
    if let Some(why) = &fault {
        tracing::warn!("the Airflow of {name} cannot come again: {why}");
    }
    mwaa.change(region, name, &environment["CreatedAt"], |environment| {
        if environment["Status"] == "UPDATING" {
            environment["Status"] = json!(if fault.is_none() { "AVAILABLE" } else { "UNAVAILABLE" });
            environment["LastUpdate"] = create::outcome(fault.as_deref());
        }
    });
}
