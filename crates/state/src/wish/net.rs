//! The wish for the network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One VPC with two public and two private subnets in two zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Net {
    /// The VPC's range; /16 to /28.
    pub cidr: String,
    /// Two ranges inside `cidr`, one per zone, with a route to the internet.
    pub public_subnets: Vec<String>,
    /// Two ranges inside `cidr`, one per zone, without one.
    pub private_subnets: Vec<String>,
    /// Zone names for the two; asked for from AWS when empty (the first two that are available).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// How the private subnets reach AWS.
    pub egress: Egress,
    /// Who may connect to the pipeline's security group, besides the group itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ingress: Vec<Ingress>,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            cidr: "10.0.0.0/16".into(),
            public_subnets: vec!["10.0.3.0/24".into(), "10.0.4.0/24".into()],
            private_subnets: vec!["10.0.1.0/24".into(), "10.0.2.0/24".into()],
            zones: Vec::new(),
            egress: Egress::Nat,
            ingress: Vec::new(),
        }
    }
}

/// The way out of the private subnets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Egress {
    /// One NAT gateway with one address: 0.05 USD an hour (us-east-1, 2026-10).
    #[default]
    Nat,
    /// VPC endpoints only, nothing else is reachable: 0.18 USD an hour for the nine that MWAA needs, in two zones.
    Endpoints,
    /// No way out: enough where no MWAA environment is wanted.
    None,
}

/// One inbound rule of the security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ingress {
    /// TCP port, 1 to 65535.
    pub port: u16,
    /// From where, as an IPv4 range.
    pub cidr: String,
    /// Why; shown in the console.
    pub description: String,
}
