//! `net` owns the network: one VPC with public, private and database subnets in one to six zones, the ways in and out, and
//! the security groups with the rules between them.
//!
//! It needs no other layer and knows none: what is made is what the wish names and what other layers demand, folded in
//! `crates/state/src/layers/net/shape.rs`. `layer.rs` is the list; each file next to it is one kind of AWS thing.

mod address;
mod ec2;
mod endpoint;
mod holders;
mod interface;
mod internet_gateway;
mod layer;
mod nat_gateway;
mod quota;
mod route_table;
mod rule;
mod security_group;
mod subnet;
mod vpc;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Net)
}
