//! `net` owns the network: one VPC with two public and two private subnets in two zones, the ways in and out, and the
//! security group that everything in the pipeline shares.
//!
//! It needs no other layer. `layer.rs` is the list; each file beside it is one kind of AWS thing.

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
mod security_group;
mod subnet;
mod vpc;

use std::process::ExitCode;

fn main() -> ExitCode {
    strata_layer::main(layer::Net)
}
