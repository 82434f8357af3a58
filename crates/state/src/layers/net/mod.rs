//! `net`: the network that other layers demand, in the ranges that a person chooses.

pub(crate) mod check;
mod shape;
#[cfg(test)]
mod tests;
mod wish;

pub use shape::{ENDPOINTS, Group, MAIN, Origin, Rule, egress, groups, reaches_s3, subnets, zones};
pub use wish::{Egress, Ingress, Nat, Section, SecurityGroup, Wish};

use crate::layer::Layer;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "net",
    about: "The network: VPC, subnets, routes, NAT gateways, security groups, endpoints",
    asked: |pipeline| pipeline.net.is_some(),
    ..Layer::NONE
};
