//! What `net` reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The network's ids. Lists are in the order of the wish.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Net {
    /// VPC id.
    pub vpc_id: String,
    /// Range of the VPC.
    pub cidr: String,
    /// The two zones.
    pub zones: Vec<String>,
    /// Internet gateway id.
    pub internet_gateway_id: String,
    /// Ids of the public subnets.
    pub public_subnet_ids: Vec<String>,
    /// Ids of the private subnets.
    pub private_subnet_ids: Vec<String>,
    /// Route table ids by name: public, private.
    pub route_table_ids: BTreeMap<String, String>,
    /// The security group of everything in the pipeline.
    pub security_group_id: String,
    /// The NAT gateway, with egress `nat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat: Option<Nat>,
    /// VPC endpoint ids by service, with egress `endpoints`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoint_ids: BTreeMap<String, String>,
}

/// The NAT gateway and its address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nat {
    /// NAT gateway id.
    pub gateway_id: String,
    /// Id of its address.
    pub allocation_id: String,
    /// Its address.
    pub public_ip: String,
}
