//! The network: its classes of subnets, ways out and security groups, drift, and neighbours that stay as they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "net/classes.rs"]
mod classes;
#[path = "net/groups.rs"]
mod groups;
#[path = "net/kit.rs"]
mod kit;
#[path = "net/ways_out.rs"]
mod ways_out;

use kit::ec2;
use serde_json::json;
use strata_testkit::Endpoint;
use strata_tests::{changed, done, json as parse, layer, pipeline};

#[test]
fn what_somebody_changed_is_found_and_set_back() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let text = done("net", &["up"], &pipeline().to_string(), &env);
    let net = &parse(&text)["net"];
    let id = |name: &str| net[name].as_str().unwrap().to_owned();
    let (vpc, group, public) =
        (id("vpc_id"), id("security_group_id"), net["route_table_ids"]["public"].as_str().unwrap());
    let open = "[dict(IpProtocol='tcp', FromPort=22, ToPort=22, IpRanges=[dict(CidrIp='0.0.0.0/0')])]";
    let cases = [
        (
            format!("ec2.authorize_security_group_ingress(GroupId='{group}', IpPermissions={open})"),
            "ec2:RevokeSecurityGroupIngress",
        ),
        (
            format!("ec2.modify_vpc_attribute(VpcId='{vpc}', EnableDnsHostnames=dict(Value=False))"),
            "ec2:ModifyVpcAttribute",
        ),
        (format!("ec2.delete_route(RouteTableId='{public}', DestinationCidrBlock='0.0.0.0/0')"), "ec2:CreateRoute"),
        (format!("ec2.delete_tags(Resources=['{vpc}'], Tags=[dict(Key='Project')])"), "ec2:CreateTags"),
    ];
    for (change, call) in cases {
        ec2(&endpoint, &change);
        let status = layer("net", &["status"], &text, &env);
        assert_eq!(status.status, Some(4), "{change}: {}", status.stderr);
        let before = endpoint.count();
        assert_eq!(done("net", &["up"], &text, &env), text);
        assert_eq!(endpoint.mutating_since(before), [call], "{change}");
    }
}

#[test]
fn a_second_vpc_with_the_same_range_and_name_is_left_alone() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let name = "[dict(ResourceType='vpc', Tags=[dict(Key='Name', Value='driven-data-dev-vpc')])]";
    let other =
        ec2(&endpoint, &format!("ec2.create_vpc(CidrBlock='10.0.0.0/16', TagSpecifications={name})['Vpc']['VpcId']"));
    let text = done("net", &["up"], &pipeline().to_string(), &env);
    assert_ne!(parse(&text)["net"]["vpc_id"], other);
    done("net", &["down"], &text, &env);
    let left = ec2(&endpoint, "[vpc['VpcId'] for vpc in ec2.describe_vpcs()['Vpcs'] if not vpc['IsDefault']]");
    assert_eq!(left, json!([other]));
}

#[test]
fn another_range_is_planned_as_replacement_and_asks() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    done("net", &["up"], &pipeline().to_string(), &env);
    let wish = changed("/net/private_subnets/0", "10.0.9.0/24").to_string();
    let plan = parse(&layer("net", &["plan"], &wish, &env).stdout);
    let changes = plan["changes"].as_array().unwrap();
    let replaced: Vec<&str> = changes
        .iter()
        .filter(|change| change["action"] == "replace")
        .map(|change| change["resource"].as_str().unwrap())
        .collect();
    assert_eq!(replaced, ["subnet.private-1"], "{plan}");
    let before = endpoint.count();
    done("net", &["up", "--yes"], &wish, &env);
    assert!(endpoint.mutating_since(before).contains(&"ec2:DeleteSubnet".to_owned()));
    assert_eq!(layer("net", &["status"], &wish, &env).status, Some(0));
}
