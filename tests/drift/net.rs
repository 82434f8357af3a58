//! Changes of the network from outside.

use crate::bench::{Bench, Thing};
use crate::extras::{Extra, Tags, extra};
use crate::parts::Drift;
use crate::ways::Way::{self, Change, Elsewhere, Fixed};
use serde_json::{Value, json};

pub(crate) const DRIFT: Drift = Drift { way, tags, tag, take_away: |_, _| false, extras: EXTRAS };

fn way(kind: &str, field: &str) -> Option<Way> {
    let way = match (kind, field) {
        ("vpc", "cidr") => Fixed("a VPC keeps its first range"),
        ("vpc", "dns_support" | "dns_hostnames") => Change(vpc),
        ("internet-gateway", "vpc_id") => Elsewhere("AWS detaches no gateway whose VPC has mapped addresses"),
        ("subnet", "vpc_id" | "cidr" | "zone") => Fixed("a subnet stays where it was made"),
        ("security-group", "vpc_id") => Fixed("a group stays in its VPC"),
        ("security-group", "ingress") => Change(ingress),
        ("security-group", "egress") => Change(egress),
        ("nat-gateway", "subnet_id" | "allocation_id") => Fixed("a NAT gateway keeps its subnet and first address"),
        ("route-table", "vpc_id") => Fixed("a route table stays in its VPC"),
        ("route-table", "routes") => Change(routes),
        ("route-table", "subnets") => Change(associations),
        ("endpoint", "vpc_id" | "service") => Fixed("an endpoint is one service's in one VPC"),
        ("endpoint", "route_tables") => Change(endpoint_tables),
        ("endpoint", "subnets" | "security_groups" | "private_dns") => {
            Elsewhere("with endpoints for all services only")
        }
        _ => return None,
    };
    Some(way)
}

fn vpc(bench: &Bench, thing: &Thing, field: &str) {
    let attribute = if field == "dns_support" { "EnableDnsSupport" } else { "EnableDnsHostnames" };
    bench.call("ec2", "modify_vpc_attribute", json!({ "VpcId": thing.physical, attribute: { "Value": false } }));
}

/// The rules of a group to or from ranges.
fn rules(bench: &Bench, thing: &Thing, egress: bool) -> Vec<Value> {
    let filter = json!({ "Filters": [{ "Name": "group-id", "Values": [thing.physical] }] });
    let found = bench.call("ec2", "describe_security_group_rules", filter);
    let all = found["SecurityGroupRules"].as_array().unwrap().iter();
    all.filter(|rule| rule["IsEgress"] == egress && rule.get("CidrIpv4").is_some()).cloned().collect()
}

/// Another range, or, where no rule has any, another port for another group.
fn ingress(bench: &Bench, thing: &Thing, _: &str) {
    let change = |id: &Value, rule: Value| {
        let words = json!([{ "SecurityGroupRuleId": id, "SecurityGroupRule": rule }]);
        let words = json!({ "GroupId": thing.physical, "SecurityGroupRules": words });
        bench.call("ec2", "modify_security_group_rules", words);
    };
    if let Some(rule) = rules(bench, thing, false).first() {
        let range = json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "0.0.0.0/0" });
        return change(&rule["SecurityGroupRuleId"], range);
    }
    let filter = json!({ "Filters": [{ "Name": "group-id", "Values": [thing.physical] }] });
    let found = bench.call("ec2", "describe_security_group_rules", filter);
    let mut inbound = found["SecurityGroupRules"].as_array().unwrap().iter().filter(|rule| rule["IsEgress"] == false);
    let rule = inbound.next().unwrap_or_else(|| panic!("{} lets nothing in", thing.resource()));
    let other = json!({
        "IpProtocol": "tcp", "FromPort": 23, "ToPort": 23, "ReferencedGroupId": rule["ReferencedGroupInfo"]["GroupId"],
    });
    change(&rule["SecurityGroupRuleId"], other);
}

fn egress(bench: &Bench, thing: &Thing, _: &str) {
    let id = &rules(bench, thing, true)[0]["SecurityGroupRuleId"];
    let words = json!({ "GroupId": thing.physical, "SecurityGroupRuleIds": [id] });
    bench.call("ec2", "revoke_security_group_egress", words);
}

/// A table without its way out, or, where it has none, with one.
fn routes(bench: &Bench, thing: &Thing, _: &str) {
    let mut words = json!({ "RouteTableId": thing.physical, "DestinationCidrBlock": "0.0.0.0/0" });
    if thing.id == "database" {
        words["GatewayId"] = net(bench)["internet_gateway_id"].clone();
        bench.call("ec2", "create_route", words);
    } else {
        bench.call("ec2", "delete_route", words);
    }
}

fn associations(bench: &Bench, thing: &Thing, _: &str) {
    let found = bench.call("ec2", "describe_route_tables", json!({ "RouteTableIds": [thing.physical] }));
    let id = &found["RouteTables"][0]["Associations"][0]["RouteTableAssociationId"];
    bench.call("ec2", "disassociate_route_table", json!({ "AssociationId": id }));
}

fn endpoint_tables(bench: &Bench, thing: &Thing, _: &str) {
    let found = bench.call("ec2", "describe_vpc_endpoints", json!({ "VpcEndpointIds": [thing.physical] }));
    let tables = &found["VpcEndpoints"][0]["RouteTableIds"];
    let words = json!({ "VpcEndpointId": thing.physical, "RemoveRouteTableIds": tables });
    bench.call("ec2", "modify_vpc_endpoint", words);
}

fn net(bench: &Bench) -> Value {
    strata_tests::json(&bench.document)["net"].clone()
}

fn tags(kind: &str) -> Option<Tags> {
    let kinds =
        ["vpc", "internet-gateway", "subnet", "security-group", "address", "nat-gateway", "route-table", "endpoint"];
    kinds.contains(&kind).then_some(Tags::Has)
}

fn tag(bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    let id = &thing.physical;
    let (operation, tag) = match value {
        Some(value) => ("create_tags", json!({ "Key": key, "Value": value })),
        None => ("delete_tags", json!({ "Key": key })),
    };
    bench.call("ec2", operation, json!({ "Resources": [id], "Tags": [tag] }));
}

const EXTRAS: &[Extra] = &[
    extra("net", ("security-group", "main"), "ingress", "an inbound rule for all addresses", |bench, thing| {
        let rule =
            json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] });
        open(bench, thing, rule);
    }),
    extra("net", ("security-group", "main"), "ingress", "an inbound rule for all addresses by IPv6", |bench, thing| {
        let rule = json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] });
        open(bench, thing, rule);
    }),
    extra("net", ("security-group", "main"), "ingress", "an inbound rule for a range of UDP ports", |bench, thing| {
        let rule =
            json!({ "IpProtocol": "udp", "FromPort": 1, "ToPort": 9, "IpRanges": [{ "CidrIp": "10.9.0.0/16" }] });
        open(bench, thing, rule);
    }),
    extra("net", ("security-group", "main"), "ingress", "an inbound rule for another group", |bench, thing| {
        let vpc = net(bench)["vpc_id"].clone();
        let group = json!({ "GroupName": "a-friend", "Description": "x", "VpcId": vpc });
        let group = bench.call("ec2", "create_security_group", group)["GroupId"].clone();
        open(bench, thing, json!({ "IpProtocol": "-1", "UserIdGroupPairs": [{ "GroupId": group }] }));
    }),
    extra("net", ("security-group", "data"), "ingress", "an inbound rule from a group of ours", |bench, thing| {
        let main = net(bench)["security_group_id"].clone();
        let rule = json!({
            "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [{ "GroupId": main }]
        });
        open(bench, thing, rule);
    }),
    extra("net", ("route-table", "database"), "routes", "a way out of the database subnets", |bench, thing| {
        let gateway = net(bench)["nat"]["gateway_id"].clone();
        let words =
            json!({ "RouteTableId": thing.physical, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": gateway });
        bench.call("ec2", "create_route", words);
    }),
    extra("net", ("security-group", "main"), "egress", "an outbound rule", |bench, thing| {
        let rule =
            json!({ "IpProtocol": "tcp", "FromPort": 25, "ToPort": 25, "IpRanges": [{ "CidrIp": "10.8.0.0/16" }] });
        let words = json!({ "GroupId": thing.physical, "IpPermissions": [rule] });
        bench.call("ec2", "authorize_security_group_egress", words);
    }),
    extra("net", ("route-table", "private"), "routes", "a route", |bench, thing| {
        let gateway = net(bench)["internet_gateway_id"].clone();
        let words =
            json!({ "RouteTableId": thing.physical, "DestinationCidrBlock": "198.51.100.0/24", "GatewayId": gateway });
        bench.call("ec2", "create_route", words);
    }),
    extra("net", ("route-table", "private"), "routes", "an IPv6 route", |bench, thing| {
        let gateway = net(bench)["internet_gateway_id"].clone();
        let words = json!({ "RouteTableId": thing.physical, "DestinationIpv6CidrBlock": "2001:db8::/32", "GatewayId": gateway });
        bench.call("ec2", "create_route", words);
    }),
    extra("net", ("route-table", "private"), "routes", "a way out past the NAT gateway", |bench, thing| {
        let gateway = net(bench)["internet_gateway_id"].clone();
        let words =
            json!({ "RouteTableId": thing.physical, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway });
        bench.call("ec2", "replace_route", words);
    }),
];

fn open(bench: &Bench, thing: &Thing, rule: Value) {
    let words = json!({ "GroupId": thing.physical, "IpPermissions": [rule] });
    bench.call("ec2", "authorize_security_group_ingress", words);
}
