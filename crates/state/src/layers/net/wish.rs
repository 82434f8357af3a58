//! The network that a person asks for, and what the document says of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One VPC with classes of subnets in one to six zones. The nth subnet of each class is in the nth zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// The VPC's range; /16 to /28.
    pub cidr: String,
    /// Ranges inside `cidr`, one per zone, with a route to the internet. An empty list means none.
    pub public_subnets: Vec<String>,
    /// Ranges inside `cidr`, one per zone, with the way out that `egress` names. An empty list means none.
    pub private_subnets: Vec<String>,
    /// Ranges inside `cidr`, one per zone, without any way out. Where it is not given, there are two when a layer needs them:
    /// 10.0.5.0/24 and 10.0.6.0/24.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_subnets: Option<Vec<String>>,
    /// Zone names, as many as there are subnets of a class; asked for from AWS when empty (the first that are available).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// How the private subnets reach AWS.
    pub egress: Egress,
    /// Who may connect to the security group `main`, besides the group itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ingress: Vec<Ingress>,
    /// Further security groups by id, and more rules for those that layers need.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, SecurityGroup>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            cidr: "10.0.0.0/16".into(),
            public_subnets: vec!["10.0.3.0/24".into(), "10.0.4.0/24".into()],
            private_subnets: vec!["10.0.1.0/24".into(), "10.0.2.0/24".into()],
            database_subnets: None,
            zones: Vec::new(),
            egress: Egress::Nat,
            ingress: Vec::new(),
            groups: BTreeMap::new(),
        }
    }
}

/// The way out of the private subnets, where a layer needs one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Egress {
    /// One NAT gateway with one address: 0.05 USD an hour (us-east-1, 2026-10).
    #[default]
    Nat,
    /// A NAT gateway with an address in each zone, 0.05 USD an hour each: losing a zone leaves the others their way out.
    NatPerZone,
    /// VPC endpoints only, nothing else is reachable: 0.18 USD an hour for the nine that MWAA needs, in two zones.
    Endpoints,
    /// No way out: enough where no MWAA environment is wanted.
    None,
}

impl Egress {
    /// Whether it needs NAT gateways.
    #[must_use]
    pub fn has_nat(self) -> bool {
        matches!(self, Self::Nat | Self::NatPerZone)
    }
}

/// A security group. Its members may connect to anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityGroup {
    /// Shown in the console; set when the group is created, since AWS cannot change it later.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who may connect to its members.
    pub ingress: Vec<Ingress>,
}

/// One inbound rule of a security group, with either `cidr` or `group`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ingress {
    /// TCP port, 1 to 65535.
    pub port: u16,
    /// From where, as an IPv4 range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<String>,
    /// From where, as the id of a security group of this pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Why; shown in the console.
    pub description: String,
}

/// The network's ids. Lists are in the order of the wish.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// VPC id.
    pub vpc_id: String,
    /// Range of the VPC.
    pub cidr: String,
    /// The zones of the subnets.
    pub zones: Vec<String>,
    /// Internet gateway id, with public subnets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub internet_gateway_id: String,
    /// Ids of the public subnets.
    pub public_subnet_ids: Vec<String>,
    /// Ids of the private subnets.
    pub private_subnet_ids: Vec<String>,
    /// Ids of the database subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub database_subnet_ids: Vec<String>,
    /// Route table ids by name: public, private (with egress `nat-per-zone`: private-1, private-2, ...), database.
    pub route_table_ids: BTreeMap<String, String>,
    /// The security group `main`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub security_group_id: String,
    /// All security groups by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub security_group_ids: BTreeMap<String, String>,
    /// The NAT gateway, with egress `nat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat: Option<Nat>,
    /// The NAT gateways by zone, with egress `nat-per-zone`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nats: BTreeMap<String, Nat>,
    /// VPC endpoint ids by service: S3's with any way out, the others with egress `endpoints`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoint_ids: BTreeMap<String, String>,
}

impl Section {
    /// The private subnets of the first zones, `most` at most: for what takes no more.
    #[must_use]
    pub fn private_subnets(&self, most: usize) -> &[String] {
        self.private_subnet_ids.get(..most).unwrap_or(&self.private_subnet_ids)
    }
}

/// A NAT gateway and its address.
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
