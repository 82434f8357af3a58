//! The network that MWAA requires.

use crate::kit::Site;
use serde_json::{Value, json};
use strata_tests::pipeline;

fn site() -> Site {
    Site::new(&["net", "iam", "storage"])
}

#[test]
fn d05_private_subnets_need_a_way_out() {
    let site = site();
    let table = site.id("/net/route_table_ids/private");
    let subnet = site.id("/net/private_subnet_ids/0");
    let route = json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0" });
    site.world.call("ec2", "delete_route", route.clone());
    let what = format!("subnet {subnet} (private-1) has no way out");
    let findings = site.caught("d05", &site.document, &what, "egress to `nat`, and run `net up`");
    assert_eq!(findings.len(), 2, "one for each subnet and nothing else: {findings:#?}");
    site.repaired("d05", "net");

    // As the published one: the subnets have no table of their own, and the VPC's leads nowhere.
    let described = site.world.call("ec2", "describe_route_tables", json!({ "RouteTableIds": [table] }));
    for association in described["RouteTables"][0]["Associations"].as_array().unwrap() {
        let id = &association["RouteTableAssociationId"];
        site.world.call("ec2", "disassociate_route_table", json!({ "AssociationId": id }));
    }
    site.caught("d05, no table", &site.document, "has no way out", "run `net up`");
    site.repaired("d05, no table", "net");
}

#[test]
fn d05_a_public_subnet_and_a_route_to_nowhere_are_named() {
    let site = site();
    let table = site.id("/net/route_table_ids/private");
    let (gateway, nat) = (site.id("/net/internet_gateway_id"), site.id("/net/nat/gateway_id"));
    let route = json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway });
    site.world.call("ec2", "replace_route", route);
    let findings =
        site.caught("d05, public", &site.document, &format!("routes 0.0.0.0/0 to {gateway}"), "run `net up`");
    assert_eq!(findings.len(), 2, "{findings:#?}");
    site.repaired("d05, public", "net");

    site.world.call("ec2", "delete_nat_gateway", json!({ "NatGatewayId": nat }));
    site.caught("d05, blackhole", &site.document, "the target of the route to 0.0.0.0/0", "run `net up`");
    site.repaired("d05, blackhole", "net");
}

#[test]
fn d05_a_wish_without_a_way_out_is_named_before_anything_exists() {
    let mut wish = pipeline();
    wish["pipeline"]["net"]["egress"] = json!("none");
    let site = Site::of(&wish, &[]);
    let plan = strata_tests::layer("airflow", &["plan"], &wish.to_string(), &site.endpoint.env());
    assert_eq!(plan.status, Some(1), "{}", plan.stderr);
    assert!(plan.stderr.contains("MWAA has no way to AWS; set it to `nat` or `endpoints`"), "{}", plan.stderr);
    assert_eq!(site.endpoint.mutating_since(0), Vec::<String>::new());
}

#[test]
fn d05_without_nat_every_endpoint_counts() {
    let mut wish = pipeline();
    wish["pipeline"]["net"]["egress"] = json!("endpoints");
    let site = Site::of(&wish, &["net", "iam", "storage"]);
    let ids = [site.id("/net/endpoint_ids/sqs"), site.id("/net/endpoint_ids/airflow-ops")];
    site.world.call("ec2", "delete_vpc_endpoints", json!({ "VpcEndpointIds": ids }));
    let remedy = "egress to `endpoints`, and run `net up`";
    site.caught("d05, endpoints", &site.document, "lacks endpoints that MWAA needs: sqs, airflow.ops", remedy);
    site.repaired("d05, endpoints", "net");

    // The packages would have to come from where nothing leads.
    let packages = site.with("/pipeline/airflow/requirements", json!(["pandas==2.2.3"]));
    site.caught("a05", &packages, "PyPI cannot be reached", "pipeline.net.egress to `nat`");
}

#[test]
fn a07_the_endpoint_of_s3_is_in_the_table_that_the_subnets_use() {
    // Impossible to get wrong: both come from one place.
    let site = site();
    let endpoint = site.id("/net/endpoint_ids/s3");
    let described = site.world.call("ec2", "describe_vpc_endpoints", json!({ "VpcEndpointIds": [endpoint] }));
    let mut tables: Vec<String> =
        described["VpcEndpoints"][0]["RouteTableIds"].as_array().unwrap().iter().map(ToString::to_string).collect();
    let mut used = Vec::new();
    for subnet in ["/net/private_subnet_ids/0", "/net/private_subnet_ids/1", "/net/public_subnet_ids/1"] {
        let filter = json!({ "Name": "association.subnet-id", "Values": [site.id(subnet)] });
        let found = site.world.call("ec2", "describe_route_tables", json!({ "Filters": [filter] }));
        used.push(found["RouteTables"][0]["RouteTableId"].to_string());
    }
    tables.sort();
    used.sort();
    used.dedup();
    assert_eq!(tables, used);
}

#[test]
fn d06_the_group_needs_a_rule_for_itself() {
    let site = site();
    let group = site.id("/net/security_group_id");
    let described = site.world.call("ec2", "describe_security_groups", json!({ "GroupIds": [group] }));
    let inbound = described["SecurityGroups"][0]["IpPermissions"].clone();
    site.world.call("ec2", "revoke_security_group_ingress", json!({ "GroupId": group, "IpPermissions": inbound }));
    let https =
        json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "203.0.113.7/32" }] }]);
    let as_published = json!({ "GroupId": group, "IpPermissions": https });
    site.world.call("ec2", "authorize_security_group_ingress", as_published);
    let what = format!("security group {group} has no inbound rule for its own members");
    let findings = site.caught("d06", &site.document, &what, "run `net up`");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    site.repaired("d06", "net");
}

#[test]
fn d06_the_two_ports_from_itself_are_enough() {
    let site = site();
    let group = site.id("/net/security_group_id");
    let described = site.world.call("ec2", "describe_security_groups", json!({ "GroupIds": [group] }));
    let inbound = described["SecurityGroups"][0]["IpPermissions"].clone();
    site.world.call("ec2", "revoke_security_group_ingress", json!({ "GroupId": group, "IpPermissions": inbound }));
    let port = |port: u16| json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{ "GroupId": group }] });
    let rules = json!({ "GroupId": group, "IpPermissions": [port(443), port(5432)] });
    site.world.call("ec2", "authorize_security_group_ingress", rules);
    let text = site.document.to_string();
    let plan = strata_tests::layer("airflow", &["plan"], &text, &site.endpoint.env());
    assert_eq!(plan.status, Some(0), "{}", plan.stderr);
}

#[test]
fn a03_a_group_that_lets_nothing_out_is_named() {
    let site = site();
    let group = site.id("/net/security_group_id");
    let described = site.world.call("ec2", "describe_security_groups", json!({ "GroupIds": [group] }));
    let outbound = described["SecurityGroups"][0]["IpPermissionsEgress"].clone();
    site.world.call("ec2", "revoke_security_group_egress", json!({ "GroupId": group, "IpPermissions": outbound }));
    let zero = json!([{ "IpProtocol": "tcp", "FromPort": 0, "ToPort": 0, "UserIdGroupPairs": [{ "GroupId": group }] }]);
    let as_published = json!({ "GroupId": group, "IpPermissions": zero });
    site.world.call("ec2", "authorize_security_group_egress", as_published);
    site.caught("a03", &site.document, "does not let its members out", "run `net up`");
    site.repaired("a03", "net");
}

#[test]
fn the_subnets_are_two_in_two_zones_of_one_vpc() {
    let site = site();
    let [private, public] = ["/net/private_subnet_ids/0", "/net/public_subnet_ids/0"].map(|pointer| site.id(pointer));
    // A private and a public subnet share a zone.
    let same = site.with("/net/private_subnet_ids", json!([private, public]));
    site.caught("one zone", &same, "are both in zone eu-central-1a, and MWAA requires two", "pipeline.net.zones");

    let other = site.world.call("ec2", "create_vpc", json!({ "CidrBlock": "10.9.0.0/16" }))["Vpc"]["VpcId"].clone();
    let subnet = json!({ "VpcId": other, "CidrBlock": "10.9.1.0/24", "AvailabilityZone": "eu-central-1b" });
    let subnet = site.world.call("ec2", "create_subnet", subnet)["Subnet"]["SubnetId"].clone();
    let apart = site.with("/net/private_subnet_ids/1", subnet);
    site.caught("two VPCs", &apart, &format!("is in VPC {}", other.as_str().unwrap()), "run `net up`");

    let one = site.with("/net/private_subnet_ids", json!([private]));
    site.caught("one subnet", &one, "exactly two private subnets, and there are 1", "run `net up`");

    let gone = site.with("/net/private_subnet_ids/1", json!("subnet-0123456789abcdef0"));
    site.caught("no such subnet", &gone, "subnet subnet-0123456789abcdef0 does not exist", "run `net up`");
}

#[test]
fn names_have_to_be_found_in_the_vpc() {
    let site = site();
    let vpc = site.id("/net/vpc_id");
    let off: Value = json!({ "VpcId": vpc, "EnableDnsHostnames": { "Value": false } });
    site.world.call("ec2", "modify_vpc_attribute", off);
    site.caught("DNS", &site.document, &format!("VPC {vpc} has DNS host names switched off"), "run `net up`");
    site.repaired("DNS", "net");
}

#[test]
fn the_database_is_reached_through_the_network_acl() {
    let site = site();
    let filter = json!([{ "Name": "vpc-id", "Values": [site.id("/net/vpc_id")] }]);
    let acls = site.world.call("ec2", "describe_network_acls", json!({ "Filters": filter }));
    let acl = acls["NetworkAcls"][0]["NetworkAclId"].clone();
    let deny = json!({
        "NetworkAclId": acl, "RuleNumber": 50, "Protocol": "6", "RuleAction": "deny", "Egress": true,
        "CidrBlock": "10.0.0.0/16", "PortRange": { "From": 5000, "To": 6000 },
    });
    site.world.call("ec2", "create_network_acl_entry", deny);
    let what = "does not let TCP 5432 out to 10.0.1.0/24";
    site.caught("network ACL", &site.document, what, "allows TCP 5432 between the private subnets");
    site.world.call(
        "ec2",
        "delete_network_acl_entry",
        json!({ "NetworkAclId": acl, "RuleNumber": 50, "Egress": true }),
    );
    site.repaired("network ACL", "net");
}
