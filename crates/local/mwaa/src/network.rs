//! The network checks. AWS makes some of them in the call, and learns of the rest when the environment does not come up.

use crate::failure::invalid;
use serde_json::Value;
use strata_local_cloud::Cloud;

use crate::ec2::{Endpoints, Group, Groups, NatGateways, RouteTable, RouteTables, Subnets, ask};
use strata_local_wire::AwsError;

/// What a network without a NAT gateway has to reach, besides S3.
const SERVICES: [&str; 9] =
    ["monitoring", "logs", "sqs", "kms", "ecr.api", "ecr.dkr", "airflow.api", "airflow.env", "airflow.ops"];

/// The ids in a member of the network configuration.
pub(crate) fn ids<'a>(environment: &'a Value, member: &str) -> Vec<&'a str> {
    let found = environment["NetworkConfiguration"][member].as_array();
    found.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// In the call: the ids exist, in one VPC, in two zones. Returns the VPC.
pub(crate) async fn check_ids(cloud: &Cloud, region: &str, environment: &Value) -> Result<String, AwsError> {
    let wanted = ids(environment, "SubnetIds");
    let params: Vec<(String, &str)> =
        wanted.iter().enumerate().map(|(at, id)| (format!("SubnetId.{}", at + 1), *id)).collect();
    let params: Vec<(&str, &str)> = params.iter().map(|(key, id)| (key.as_str(), *id)).collect();
    let found: Subnets = ask(cloud, region, "DescribeSubnets", &params).await.map_err(|why| invalid(why.message))?;
    let [first, second] = found.subnet_set.item.as_slice() else {
        return Err(invalid(format!("Subnets {} must be two different subnets", wanted.join(", "))));
    };
    if first.vpc_id != second.vpc_id {
        return Err(invalid("Subnets must belong to the same VPC"));
    }
    if first.availability_zone == second.availability_zone {
        return Err(invalid(format!(
            "Subnets {} and {} must be in different availability zones",
            first.subnet_id, second.subnet_id
        )));
    }
    for group in groups(cloud, region, environment).await? {
        if group.vpc_id.as_deref() != Some(&first.vpc_id) {
            return Err(invalid(format!("Security group {} must belong to VPC {}", group.group_id, first.vpc_id)));
        }
    }
    Ok(first.vpc_id.clone())
}

/// Afterwards: whether Airflow's parts could reach each other and the cloud. `None` when they could.
pub(crate) async fn fault(
    cloud: &Cloud,
    region: &str,
    vpc: &str,
    environment: &Value,
) -> Result<Option<String>, AwsError> {
    let groups = groups(cloud, region, environment).await?;
    if !groups.iter().any(refers_to_itself) {
        return Ok(Some("no security group has an inbound rule that refers to itself".to_string()));
    }
    if !groups.iter().any(lets_out) {
        return Ok(Some("no security group lets traffic out".to_string()));
    }
    let filter = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", vpc)];
    let tables: RouteTables = ask(cloud, region, "DescribeRouteTables", &filter).await?;
    let gateways: NatGateways = ask(cloud, region, "DescribeNatGateways", &filter).await?;
    let endpoints: Endpoints = ask(cloud, region, "DescribeVpcEndpoints", &filter).await?;
    for subnet in ids(environment, "SubnetIds") {
        let Some(table) = table_of(&tables, subnet) else {
            return Ok(Some(format!("the subnet {subnet} has no route table")));
        };
        if let Some(why) = route_fault(table, subnet) {
            return Ok(Some(why));
        }
        if !has_nat(table, &gateways)
            && let Some(missing) = missing_endpoint(region, &endpoints, subnet, &table.route_table_id)
        {
            return Ok(Some(format!("the subnet {subnet} has neither a NAT gateway nor the VPC endpoint {missing}")));
        }
    }
    Ok(None)
}

async fn groups(cloud: &Cloud, region: &str, environment: &Value) -> Result<Vec<Group>, AwsError> {
    let wanted = ids(environment, "SecurityGroupIds");
    let params: Vec<(String, &str)> =
        wanted.iter().enumerate().map(|(at, id)| (format!("GroupId.{}", at + 1), *id)).collect();
    let params: Vec<(&str, &str)> = params.iter().map(|(key, id)| (key.as_str(), *id)).collect();
    let found: Groups =
        ask(cloud, region, "DescribeSecurityGroups", &params).await.map_err(|why| invalid(why.message))?;
    Ok(found.security_group_info.item)
}

/// All traffic from itself, or at least what the database and the web server need.
fn refers_to_itself(group: &Group) -> bool {
    let from_itself = |port: i64| {
        group.ip_permissions.item.iter().any(|rule| {
            let itself = rule.groups.item.iter().any(|pair| pair.group_id.as_deref() == Some(&group.group_id));
            let covers = rule.from_port.unwrap_or(0) <= port && port <= rule.to_port.unwrap_or(65_535);
            itself && (rule.ip_protocol == "-1" || (rule.ip_protocol == "tcp" && covers))
        })
    };
    from_itself(443) && from_itself(5432)
}

fn lets_out(group: &Group) -> bool {
    group.ip_permissions_egress.item.iter().any(|rule| {
        rule.ip_protocol == "-1"
            && rule.ip_ranges.item.iter().any(|range| range.cidr_ip.as_deref() == Some("0.0.0.0/0"))
    })
}

fn table_of<'a>(tables: &'a RouteTables, subnet: &str) -> Option<&'a RouteTable> {
    let all = &tables.route_table_set.item;
    let own = |table: &&RouteTable| {
        table.association_set.item.iter().any(|association| association.subnet_id.as_deref() == Some(subnet))
    };
    let main = |table: &&RouteTable| table.association_set.item.iter().any(|association| association.main);
    all.iter().find(own).or_else(|| all.iter().find(main))
}

fn route_fault(table: &RouteTable, subnet: &str) -> Option<String> {
    table.route_set.item.iter().find_map(|route| {
        if route.gateway_id.as_deref().is_some_and(|id| id.starts_with("igw-")) {
            return Some(format!("the subnet {subnet} is public: it routes to an internet gateway"));
        }
        (route.state.as_deref() == Some("blackhole")).then(|| format!("the subnet {subnet} has a route to nowhere"))
    })
}

fn has_nat(table: &RouteTable, gateways: &NatGateways) -> bool {
    let available = |id: &str| {
        gateways.nat_gateway_set.item.iter().any(|gateway| gateway.nat_gateway_id == id && gateway.state == "available")
    };
    table.route_set.item.iter().any(|route| {
        route.destination_cidr_block.as_deref() == Some("0.0.0.0/0")
            && route.nat_gateway_id.as_deref().is_some_and(available)
    })
}

fn missing_endpoint(region: &str, endpoints: &Endpoints, subnet: &str, table: &str) -> Option<String> {
    let there = |service: &str| {
        let name = format!("com.amazonaws.{region}.{service}");
        endpoints.vpc_endpoint_set.item.iter().any(|endpoint| {
            let reachable = if endpoint.vpc_endpoint_type.eq_ignore_ascii_case("gateway") {
                endpoint.route_table_id_set.item.iter().any(|id| id == table)
            } else {
                endpoint.private_dns_enabled && endpoint.subnet_id_set.item.iter().any(|id| id == subnet)
            };
            endpoint.service_name == name && endpoint.state.eq_ignore_ascii_case("available") && reachable
        })
    };
    ["s3"].iter().chain(&SERVICES).find(|service| !there(service)).map(|service| format!("{region}.{service}"))
}
