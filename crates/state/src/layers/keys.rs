//! `keys`: the KMS key that the pipeline's data is encrypted with, where the wish asks for one of its own.

use super::Layer;
use crate::policy::{Added, Place};
use crate::wish::{Pipeline, words};
use crate::{Document, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "keys",
    about: "The KMS key: alias, rotation, key policy",
    asked: |pipeline| pipeline.keys.is_some(),
    check,
    values,
    ..Layer::NONE
};

/// One symmetric key, used by the account's roles as their policies say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// Days after which AWS makes new key material, 90 to 2560; 0 for never. What is encrypted stays readable.
    pub rotation_days: i32,
    /// Days, 7 to 30, that AWS keeps the key after `down`; `up` in that time brings it back.
    pub pending_days: i32,
    /// Services of AWS that use the key themselves, besides those that layers demand: `delivery.logs.amazonaws.com`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
}

impl Default for Wish {
    fn default() -> Self {
        Self { rotation_days: 365, pending_days: 7, services: Vec::new() }
    }
}

/// The key and its alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The key's id.
    pub key_id: String,
    /// The key's ARN.
    pub arn: String,
    /// The alias, with `alias/` in front.
    pub alias: String,
}

/// KMS API: EnableKeyRotation, ScheduleKeyDeletion.
fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
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

fn values(document: &Document, place: &Place) -> Added {
    vec![("key", vec![document.pipeline.physical(Kind::Key, "main", &place.account, &place.region)])]
}
