//! `net`: the network that other layers demand, in the ranges that a person chooses.

use super::Layer;
use crate::wish::Pipeline;
use crate::wish::words;
use crate::{demand, layers};
use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "net",
    about: "The network: VPC, subnets, routes, NAT gateway, security groups, endpoints",
    asked: |pipeline| pipeline.net.is_some(),
    check,
    ..Layer::NONE
};

/// One VPC with two public and two private subnets in two zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
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

impl Default for Wish {
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

/// The way out that is really made: where no layer demands one, there is none.
#[must_use]
pub fn egress(pipeline: &Pipeline) -> Egress {
    if demand::network(pipeline).way_out { pipeline.net().egress } else { Egress::None }
}

/// The network's ids. Lists are in the order of the wish.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
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

fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let net = pipeline.net();
    let vpc = range(found, "pipeline.net.cidr", &net.cidr);
    if let Some(vpc) = vpc
        && !(16..=28).contains(&vpc.prefix_len())
    {
        found.push(format!("pipeline.net.cidr: `{}` has to be between /16 and /28", net.cidr));
    }
    let mut seen: Vec<(String, Ipv4Net)> = Vec::new();
    for (list, subnets) in [("public_subnets", &net.public_subnets), ("private_subnets", &net.private_subnets)] {
        if subnets.len() != 2 {
            found.push(format!("pipeline.net.{list}: two are needed, one per zone, and here are {}", subnets.len()));
        }
        for (index, text) in subnets.iter().enumerate() {
            let path = format!("pipeline.net.{list}[{index}]");
            let Some(subnet) = range(found, &path, text) else { continue };
            if let Some(vpc) = vpc
                && !vpc.contains(&subnet)
            {
                found.push(format!("{path}: `{subnet}` does not fit into the VPC's `{vpc}`"));
            }
            if subnet.prefix_len() > 28 {
                found.push(format!("{path}: `{subnet}` is smaller than /28, AWS's smallest subnet"));
            }
            for (other, taken) in &seen {
                if taken.contains(&subnet) || subnet.contains(taken) {
                    found.push(format!("{path}: `{subnet}` overlaps `{taken}` of {other}"));
                }
            }
            seen.push((path, subnet));
        }
    }
    if !net.zones.is_empty() && (net.zones.len() != 2 || net.zones[0] == net.zones[1]) {
        found.push("pipeline.net.zones: name two different zones, or none to have strata ask AWS".into());
    }
    for zone in &net.zones {
        words::name(found, "pipeline.net.zones", zone.trim_end_matches(|c: char| c.is_ascii_lowercase()), 5, 30);
    }
    for (index, rule) in net.ingress.iter().enumerate() {
        range(found, &format!("pipeline.net.ingress[{index}].cidr"), &rule.cidr);
        words::description(found, &format!("pipeline.net.ingress[{index}].description"), &rule.description);
        if rule.port == 0 {
            found.push(format!("pipeline.net.ingress[{index}].port: a TCP port is 1 to 65535"));
        }
    }
    if net.egress == Egress::None && pipeline.env == "prod" && demand::network(pipeline).way_out {
        let who = layers::asked(pipeline).into_iter().find(|layer| (layer.network)(pipeline).way_out);
        let who = who.map_or("a layer", |layer| layer.name);
        found.push(format!("pipeline.net.egress: `none` leaves `{who}` without a way to AWS; use nat or endpoints"));
    }
}

fn range(found: &mut Vec<String>, path: &str, text: &str) -> Option<Ipv4Net> {
    match text.parse::<Ipv4Net>() {
        // In another form (a zero in front) AWS would show it differently, or read it as an octal number.
        Ok(net) if net.to_string() != text => {
            found.push(format!("{path}: `{text}` is written `{net}`"));
            None
        }
        Ok(net) if net.trunc() == net => Some(net),
        Ok(net) => {
            found.push(format!("{path}: `{text}` has bits beyond its length set; the range is `{}`", net.trunc()));
            None
        }
        Err(_) => {
            found.push(format!("{path}: `{text}` is not an IPv4 range such as 10.0.0.0/16"));
            None
        }
    }
}
