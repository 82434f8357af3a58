//! The network: its ways out, drift, and neighbours that stay as they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::process::Command;
use strata_testkit::{Endpoint, python};
use strata_tests::{changed, done, json as parse, layer, pipeline};

/// What an expression over a boto3 EC2 client gives, as JSON.
fn ec2(endpoint: &Endpoint, expression: &str) -> Value {
    let program =
        format!("import boto3, json; ec2 = boto3.client('ec2'); print(json.dumps({expression}, default=str))");
    let output = Command::new(python()).args(["-c", &program]).envs(endpoint.env()).output().unwrap();
    assert!(output.status.success(), "{expression}: {}", String::from_utf8_lossy(&output.stderr));
    parse(&String::from_utf8(output.stdout).unwrap())
}

fn kinds(endpoint: &Endpoint, document: &Value) -> Vec<String> {
    let status = parse(&layer("net", &["status"], &document.to_string(), &endpoint.env()).stdout);
    let resources = status["resources"].as_array().unwrap().clone();
    resources.iter().map(|resource| resource["resource"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn d05_private_subnets_have_a_way_out() {
    let endpoint = Endpoint::start();
    let document = parse(&done("net", &["up"], &pipeline().to_string(), &endpoint.env()));
    let private = document["net"]["private_subnet_ids"].as_array().unwrap();
    for subnet in private {
        let filter = format!("Filters=[dict(Name='association.subnet-id', Values=['{}'])]", subnet.as_str().unwrap());
        let routes = ec2(&endpoint, &format!("ec2.describe_route_tables({filter})['RouteTables'][0]['Routes']"));
        let out = routes.as_array().unwrap().iter().find(|route| route["DestinationCidrBlock"] == "0.0.0.0/0").unwrap();
        assert_eq!(out["NatGatewayId"], document["net"]["nat"]["gateway_id"]);
    }
    let zones = ec2(
        &endpoint,
        "[subnet['AvailabilityZone'] for subnet in ec2.describe_subnets(Filters=[dict(Name='tag:strata:pipeline', Values=['driven-data'])])['Subnets']]",
    );
    let mut zones: Vec<&str> = zones.as_array().unwrap().iter().map(|zone| zone.as_str().unwrap()).collect();
    zones.sort_unstable();
    assert_eq!((zones[0], zones[2]), (zones[1], zones[3]));
    assert_ne!(zones[0], zones[2]);
}

#[test]
fn the_way_out_can_change() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let has =
        |document: &Value, kind: &str| kinds(&endpoint, document).iter().filter(|name| name.starts_with(kind)).count();
    let nat = pipeline();
    done("net", &["up"], &nat.to_string(), &env);
    assert_eq!((has(&nat, "nat-gateway"), has(&nat, "address"), has(&nat, "endpoint")), (1, 1, 1));

    let endpoints = changed("/net/egress", "endpoints");
    done("net", &["up"], &endpoints.to_string(), &env);
    assert_eq!((has(&endpoints, "nat-gateway"), has(&endpoints, "address"), has(&endpoints, "endpoint")), (0, 0, 13));

    let none = changed("/net/egress", "none");
    done("net", &["up"], &none.to_string(), &env);
    assert_eq!((has(&none, "nat-gateway"), has(&none, "address"), has(&none, "endpoint")), (0, 0, 0));
    assert_eq!(layer("net", &["status"], &none.to_string(), &env).status, Some(0));

    done("net", &["down"], &none.to_string(), &env);
    assert_eq!(kinds(&endpoint, &none), Vec::<String>::new());
}

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
