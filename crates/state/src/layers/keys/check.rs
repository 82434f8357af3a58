//! What a wish for a key must hold to.

use crate::wish::{Pipeline, words};

/// KMS API: EnableKeyRotation, ScheduleKeyDeletion.
pub(crate) fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let keys = pipeline.keys();
    if keys.rotation_days != 0 && !(90..=2560).contains(&keys.rotation_days) {
        found.push(format!("pipeline.keys.rotation_days: {} is neither 0 nor between 90 and 2560", keys.rotation_days));
    }
    if !(7..=30).contains(&keys.pending_days) {
        found.push(format!("pipeline.keys.pending_days: {} is not between 7 and 30", keys.pending_days));
    }
    for service in &keys.services {
        words::word(found, "pipeline.keys.services", service);
        if !service.ends_with(".amazonaws.com") && !service.ends_with(".amazonaws.com.cn") {
            found.push(format!(
                "pipeline.keys.services: `{service}` is no service such as logs.eu-central-1.amazonaws.com"
            ));
        }
    }
}
