//! Ways out of the private subnets: one NAT gateway, one in each zone, endpoints; and from each to the others.

use crate::kit::{ec2, gone, kinds, ranges, routes, settled, sorted, tables_of_s3, texts, with_airflow};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use strata_testkit::Endpoint;
use strata_tests::{changed, done, json as parse, layer, pipeline};

#[test]
fn d05_private_subnets_have_a_way_out() {
    let endpoint = Endpoint::start();
    let document = parse(&done("net", &["up"], &pipeline().to_string(), &endpoint.env()));
    let private = document["net"]["private_subnet_ids"].as_array().unwrap();
    for subnet in private {
        let out = &routes(&endpoint, subnet.as_str().unwrap())["0.0.0.0/0"];
        assert_eq!(*out, document["net"]["nat"]["gateway_id"]);
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
fn each_zone_has_a_nat_gateway_of_its_own() {
    let endpoint = Endpoint::start();
    let net = json!({ "egress": "nat-per-zone", "public_subnets": ranges(20, 3), "private_subnets": ranges(10, 3) });
    let wish = with_airflow(net);
    let net = settled(&endpoint, &wish);
    assert!(net.get("nat").is_none(), "{net}");
    let nats = net["nats"].as_object().unwrap();
    let zones = texts(&net["zones"]);
    assert_eq!(nats.keys().cloned().collect::<Vec<_>>(), sorted(zones.clone()));
    let (public, private) = (texts(&net["public_subnet_ids"]), texts(&net["private_subnet_ids"]));
    for (index, zone) in zones.iter().enumerate() {
        let nat = &nats[zone];
        let id = nat["gateway_id"].as_str().unwrap();
        let found = ec2(&endpoint, &format!("ec2.describe_nat_gateways(NatGatewayIds=['{id}'])['NatGateways'][0]"));
        assert_eq!(found["SubnetId"], public[index]);
        let address = &found["NatGatewayAddresses"][0];
        assert_eq!(address["AllocationId"], nat["allocation_id"]);
        assert_eq!(routes(&endpoint, &private[index])["0.0.0.0/0"], id);
        assert_eq!(routes(&endpoint, &public[index])["0.0.0.0/0"], net["internet_gateway_id"].as_str().unwrap());
    }
    let addresses: BTreeSet<&str> = nats.values().filter_map(|nat| nat["allocation_id"].as_str()).collect();
    assert_eq!(addresses.len(), 3);
    let tables = net["route_table_ids"].as_object().unwrap();
    assert_eq!(tables.keys().collect::<Vec<_>>(), ["private-1", "private-2", "private-3", "public"]);
    assert_eq!(tables_of_s3(&endpoint, &net), sorted(texts(&net["route_table_ids"])));
    gone(&endpoint, &wish);
}

/// One gateway, one in each zone, endpoints, one again: each time nothing of the former is left, and no private subnet is ever
/// without a route table.
#[test]
fn from_one_way_out_to_another_no_subnet_is_without_a_table() {
    let endpoint = Endpoint::start();
    let wish = |egress: &str| with_airflow(json!({ "egress": egress }));
    let counted = |egress: &str| {
        let all = kinds(&endpoint, &wish(egress));
        ["nat-gateway.", "address.", "route-table.", "endpoint."]
            .map(|kind| all.iter().filter(|name| name.starts_with(kind)).count())
    };
    let steps = [
        ("nat", [1, 1, 2, 1], 0),
        ("nat-per-zone", [2, 2, 3, 1], 2),
        ("endpoints", [0, 0, 2, 13], 2),
        ("nat-per-zone", [2, 2, 3, 1], 2),
        ("nat", [1, 1, 2, 1], 2),
    ];
    for (egress, counts, moved) in steps {
        let before = endpoint.count();
        let net = settled(&endpoint, &wish(egress));
        assert_eq!(counted(egress), counts, "{egress}");
        let calls = endpoint.mutating_since(before);
        let many = |name: &str| calls.iter().filter(|call| *call == name).count();
        assert_eq!(
            (many("ec2:ReplaceRouteTableAssociation"), many("ec2:DisassociateRouteTable")),
            (moved, 0),
            "{egress}"
        );
        assert_eq!(tables_of_s3(&endpoint, &net), sorted(texts(&net["route_table_ids"])));
        for (index, subnet) in texts(&net["private_subnet_ids"]).iter().enumerate() {
            let out = routes(&endpoint, subnet).remove("0.0.0.0/0");
            let zone = net["zones"][index].as_str().unwrap();
            let expected = net["nat"].get("gateway_id").or(net["nats"][zone].get("gateway_id"));
            assert_eq!(out.as_deref(), expected.and_then(Value::as_str), "{egress}");
        }
    }
    gone(&endpoint, &wish("nat"));
}

#[test]
fn endpoints_let_in_members_of_every_group() {
    let endpoint = Endpoint::start();
    let wish = |groups: Value| with_airflow(json!({ "egress": "endpoints", "groups": groups }));
    let groups_of = |net: &Value| {
        let id = net["endpoint_ids"]["glue"].as_str().unwrap();
        let found = format!("ec2.describe_vpc_endpoints(VpcEndpointIds=['{id}'])['VpcEndpoints'][0]['Groups']");
        texts(&ec2(&endpoint, &format!("[group['GroupId'] for group in {found}]")))
    };
    let net = settled(&endpoint, &wish(json!({})));
    assert_eq!(groups_of(&net), [net["security_group_id"].as_str().unwrap()]);
    let net = settled(&endpoint, &wish(json!({ "app": {} })));
    let group = net["security_group_ids"]["endpoints"].as_str().unwrap().to_owned();
    assert_eq!(groups_of(&net), [group.as_str()]);
    let rules = format!("ec2.describe_security_groups(GroupIds=['{group}'])['SecurityGroups'][0]['IpPermissions']");
    let rules = ec2(&endpoint, &rules);
    assert_eq!((&rules[0]["FromPort"], &rules[0]["IpRanges"][0]["CidrIp"]), (&json!(443), &json!("10.0.0.0/16")));
    let net = settled(&endpoint, &wish(json!({})));
    assert_eq!(groups_of(&net), [net["security_group_id"].as_str().unwrap()]);
    gone(&endpoint, &wish(json!({})));
}

#[test]
fn as_many_addresses_as_there_are_zones_have_to_fit_into_the_quota() {
    let endpoint = Endpoint::start();
    for _ in 0..4 {
        ec2(&endpoint, "ec2.allocate_address(Domain='vpc')['AllocationId']");
    }
    let one = layer("net", &["plan"], &with_airflow(json!({})).to_string(), &endpoint.env());
    assert_eq!(one.status, Some(0), "{}", one.stderr);
    let two = layer("net", &["plan"], &with_airflow(json!({ "egress": "nat-per-zone" })).to_string(), &endpoint.env());
    assert_eq!(two.status, Some(1), "{}", two.stderr);
    let says = "eu-central-1 has 4 elastic addresses, and the quota is 5: there is no room for 2 more";
    assert!(two.stderr.contains(says), "{}", two.stderr);
}
