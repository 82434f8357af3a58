//! `iam`: the roles that other layers demand.

use super::{Layer, Nothing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "iam",
    about: "The roles that AWS's services assume, with least rights",
    asked: |pipeline| pipeline.iam.is_some(),
    ..Layer::NONE
};

/// Nothing can be chosen: each role is what a layer demands.
pub type Wish = Nothing;

/// Role ARNs by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// ARN by role.
    pub role_arns: BTreeMap<String, String>,
}
