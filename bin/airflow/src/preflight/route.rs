//! The way out of the private subnets: a NAT gateway, or all the endpoints that MWAA needs.

use super::Found;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, NatGateway, Route, RouteState, RouteTable, VpcEndpoint, VpcEndpointType};
use strata_aws::{During, Error};
use strata_layer::Context;

const ANYWHERE: &str = "0.0.0.0/0";
/// What MWAA itself reaches (MWAA guide: creating the required VPC service endpoints), besides S3.
const SERVICES: [&str; 8] = ["airflow.api", "airflow.env", "ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "sqs"];

/// What is in the VPC.
struct Vpc {
    tables: Vec<RouteTable>,
    gateways: Vec<NatGateway>,
    endpoints: Vec<VpcEndpoint>,
}

pub(crate) async fn look(ec2: &Client, cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let Some(net) = &cx.doc.net else { return Ok(found) };
    let filter = || Filter::builder().name("vpc-id").values(&net.vpc_id).build();
    let doing = || "looking at the ways out".to_owned();
    let (tables, gateways, endpoints) = futures::try_join!(
        async { ec2.describe_route_tables().filters(filter()).send().await.during(doing) },
        async { ec2.describe_nat_gateways().filter(filter()).send().await.during(doing) },
        async { ec2.describe_vpc_endpoints().filters(filter()).send().await.during(doing) },
    )?;
    let vpc = Vpc {
        tables: tables.route_tables.unwrap_or_default(),
        gateways: gateways.nat_gateways.unwrap_or_default(),
        endpoints: endpoints.vpc_endpoints.unwrap_or_default(),
    };
    for (index, subnet) in net.private_subnets(2).iter().enumerate() {
        check(cx, &vpc, subnet, &format!("subnet {subnet} (private-{})", index + 1), &mut found);
    }
    Ok(found)
}

fn check(cx: &Context, vpc: &Vpc, subnet: &str, shown: &str, found: &mut Found) {
    let uses = |table: &&RouteTable| table.associations().iter().any(|used| used.subnet_id() == Some(subnet));
    let main = |table: &&RouteTable| table.associations().iter().any(|used| used.main() == Some(true));
    let Some(table) = vpc.tables.iter().find(uses).or_else(|| vpc.tables.iter().find(main)) else {
        return found.unseen(format!("{shown} has no route table"), "run `net up`");
    };
    let id = table.route_table_id().unwrap_or_default();
    for route in table.routes() {
        let range = route.destination_cidr_block().unwrap_or("a prefix list");
        let gateway = route.gateway_id().filter(|gateway| gateway.starts_with("igw-"));
        if let Some(gateway) = gateway {
            found.say(
                format!(
                    "{shown} is public: its route table {id} routes {range} to {gateway}, and MWAA requires private ones"
                ),
                "run `net up`, which routes it to a NAT gateway",
            );
        } else if route.state() == Some(&RouteState::Blackhole) {
            let what = format!("{shown}: the target of the route to {range} in {id} no longer exists");
            found.say(what, "run `net up`, or remove that route");
        } else {
            continue;
        }
        if is_default(route) {
            // It was the way out; that there is none now need not be said, too.
            return;
        }
    }
    if table.routes().iter().any(|route| leads_out(vpc, route)) {
        return;
    }
    if let Some(gateway) = table.routes().iter().filter(|route| is_default(route)).find_map(Route::nat_gateway_id) {
        let state = vpc.gateways.iter().find(|nat| nat.nat_gateway_id() == Some(gateway));
        let state = state.and_then(NatGateway::state).map_or("unknown", |state| state.as_str());
        return found.unseen(format!("{shown}: its way out, NAT gateway {gateway}, is {state}"), "run `net up`");
    }
    let missing = missing(cx, vpc, subnet, id);
    match missing.len() {
        0 => {}
        // One for S3 alone is no attempt at a network without NAT.
        many if many >= SERVICES.len() => found.say(
            format!(
                "{shown} has no way out: {id} has no route to {ANYWHERE}, and the endpoints that MWAA needs are missing"
            ),
            "set pipeline.net.egress to `nat`, and run `net up`",
        ),
        _ => found.say(
            format!("{shown} has no NAT gateway, and lacks endpoints that MWAA needs: {}", missing.join(", ")),
            "set pipeline.net.egress to `endpoints`, and run `net up`",
        ),
    }
}

fn is_default(route: &Route) -> bool {
    route.destination_cidr_block() == Some(ANYWHERE)
}

/// A NAT gateway that works, or a way of the person's own, such as a transit gateway.
fn leads_out(vpc: &Vpc, route: &Route) -> bool {
    let works = |id: &str| {
        let nat = vpc.gateways.iter().find(|nat| nat.nat_gateway_id() == Some(id));
        nat.and_then(NatGateway::state).is_some_and(|state| state.as_str() == "available")
    };
    let other = route.transit_gateway_id().or(route.network_interface_id()).or(route.instance_id());
    is_default(route) && (route.nat_gateway_id().is_some_and(works) || other.is_some())
}

/// Services that this subnet cannot reach through an endpoint.
fn missing(cx: &Context, vpc: &Vpc, subnet: &str, table: &str) -> Vec<&'static str> {
    let session = &cx.session;
    let there = |service: &str| {
        let wanted = format!("com.amazonaws.{}.{service}", session.region);
        vpc.endpoints.iter().any(|endpoint| {
            let reached = if endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway) {
                endpoint.route_table_ids().iter().any(|id| id == table)
            } else {
                endpoint.private_dns_enabled() == Some(true) && endpoint.subnet_ids().iter().any(|id| id == subnet)
            };
            let name = endpoint.service_name().unwrap_or_default();
            let state = endpoint.state().map(|state| state.as_str().to_lowercase());
            // In China most names start with `cn.`.
            name.strip_prefix("cn.").unwrap_or(name) == wanted && state.as_deref() == Some("available") && reached
        })
    };
    // Only the partition of most regions has the last one.
    let more = (session.partition == "aws").then_some("airflow.ops");
    SERVICES.into_iter().chain(["s3"]).chain(more).filter(|service| !there(service)).collect()
}
