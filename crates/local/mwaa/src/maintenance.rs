//! Maintenance: AWS begins it by itself, now and then, and takes no change of the environment meanwhile.

use crate::store::Mwaa;
use serde_json::{Value, json};

/// After an environment came up: perhaps, in changeable weather.
pub(crate) async fn now_and_then(mwaa: &Mwaa, region: &str, made: &Value) {
    if !mwaa.cloud.weather.happens("mwaa maintenance", 35) {
        return;
    }
    for (topic, low, high, from, to) in [
        ("mwaa until maintenance", 0.0, 5.0, "AVAILABLE", "MAINTENANCE"),
        ("mwaa in maintenance", 5.0, 10.0, "MAINTENANCE", "AVAILABLE"),
    ] {
        tokio::time::sleep(mwaa.cloud.weather.lasts(topic, low, high).unwrap_or_default()).await;
        let name = made["Name"].as_str().unwrap_or_default();
        mwaa.change(region, name, &made["CreatedAt"], |environment| {
            if environment["Status"] == from {
                environment["Status"] = json!(to);
            }
        });
    }
}
