//! Maintenance: AWS begins it by itself, now and then, and takes no change of the environment meanwhile.

use serde_json::{Value, json};

use crate::world::World;

/// After an environment came up: perhaps, in changeable weather.
pub(super) async fn now_and_then(world: &World, region: &str, made: &Value) {
    if !world.weather.happens("mwaa maintenance", 35) {
        return;
    }
    for (topic, low, high, from, to) in [
        ("mwaa until maintenance", 0.0, 5.0, "AVAILABLE", "MAINTENANCE"),
        ("mwaa in maintenance", 5.0, 10.0, "MAINTENANCE", "AVAILABLE"),
    ] {
        tokio::time::sleep(world.weather.lasts(topic, low, high).unwrap_or_default()).await;
        let name = made["Name"].as_str().unwrap_or_default();
        world.mwaa.change(region, name, &made["CreatedAt"], |environment| {
            if environment["Status"] == from {
                environment["Status"] = json!(to);
            }
        });
    }
}
