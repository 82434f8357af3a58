//! Classes of subnets in one to six zones, and the defaults.

use crate::kit::{ec2, gone, kinds, ranges, routes, settled, small, sorted, tables_of_s3, texts, with_airflow};
use serde_json::{Value, json};
use strata_testkit::Endpoint;
use strata_tests::{done, json as parse, layer};

/// Sorted: things of a kind are listed by their ids in AWS.
fn starting(all: &[String], with: &str) -> Vec<String> {
    sorted(all.iter().filter(|name| name.starts_with(with)).cloned().collect())
}

#[test]
fn without_a_wish_and_a_demand_nothing_is_made() {
    let endpoint = Endpoint::start();
    let wish = json!({ "version": 1, "pipeline": { "name": "small" } }).to_string();
    let before = endpoint.count();
    for verb in ["plan", "status"] {
        let output = layer("net", &[verb], &wish, &endpoint.env());
        assert_eq!(output.status, Some(0), "{}", output.stderr);
    }
    assert_eq!(parse(&done("net", &["up"], &wish, &endpoint.env())).get("net"), None);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    assert_eq!(ec2(&endpoint, "ec2.describe_vpcs()['Vpcs']"), json!([]));
}

#[test]
fn what_a_layer_demands_is_made_without_a_wish() {
    let endpoint = Endpoint::start();
    let mut wish = with_airflow(json!({}));
    wish["pipeline"].as_object_mut().unwrap().remove("net");
    let net = settled(&endpoint, &wish);
    assert_eq!((texts(&net["public_subnet_ids"]).len(), texts(&net["private_subnet_ids"]).len()), (2, 2));
    assert!(net["nat"]["gateway_id"].is_string() && net.get("database_subnet_ids").is_none(), "{net}");
    assert_eq!(net["security_group_ids"], json!({ "main": net["security_group_id"] }));
    gone(&endpoint, &wish);
}

#[test]
fn classes_are_made_as_named_and_taken_away_again() {
    let endpoint = Endpoint::start();
    let of = |public: Vec<String>, private: Vec<String>, database: Vec<String>| {
        small(json!({ "public_subnets": public, "private_subnets": private, "database_subnets": database }))
    };
    let data = of(vec![], vec![], ranges(5, 2));
    let net = settled(&endpoint, &data);
    let there = kinds(&endpoint, &data);
    assert_eq!(starting(&there, "subnet."), ["subnet.database-1", "subnet.database-2"]);
    assert_eq!(starting(&there, "route-table."), ["route-table.database"]);
    assert_eq!(starting(&there, "internet-gateway."), Vec::<String>::new());
    assert_eq!((&net["public_subnet_ids"], net.get("internet_gateway_id")), (&json!([]), None));
    // No way out but the one to S3.
    for subnet in texts(&net["database_subnet_ids"]) {
        assert!(routes(&endpoint, &subnet).is_empty(), "{subnet}");
    }
    assert_eq!(tables_of_s3(&endpoint, &net), texts(&net["route_table_ids"]));

    let all = of(ranges(20, 1), ranges(1, 3), ranges(5, 2));
    let more = settled(&endpoint, &all);
    assert_eq!(more["database_subnet_ids"], net["database_subnet_ids"]);
    assert_eq!(more["zones"].as_array().unwrap()[..2], net["zones"].as_array().unwrap()[..]);
    let zones = texts(&more["zones"]);
    assert!(zones.len() == 3 && zones[2] != zones[0] && zones[2] != zones[1], "{zones:?}");
    for (class, many) in [("public", 1), ("private", 3), ("database", 2)] {
        let ids = texts(&more[format!("{class}_subnet_ids")]);
        assert_eq!(ids.len(), many, "{class}");
        for (subnet, zone) in ids.iter().zip(&zones) {
            let found = ec2(&endpoint, &format!("ec2.describe_subnets(SubnetIds=['{subnet}'])['Subnets'][0]"));
            assert_eq!((&found["AvailabilityZone"], &found["VpcId"]), (&json!(zone), &more["vpc_id"]));
        }
    }
    assert_eq!(tables_of_s3(&endpoint, &more), sorted(texts(&more["route_table_ids"])));

    let none = of(vec![], vec![], vec![]);
    let net = settled(&endpoint, &none);
    assert_eq!(kinds(&endpoint, &none), ["vpc.main", "security-group.main"]);
    assert_eq!((&net["zones"], &net["route_table_ids"], net.get("endpoint_ids")), (&json!([]), &json!({}), None));
    gone(&endpoint, &none);
}

#[test]
fn no_way_out_at_all_means_none_to_s3() {
    let endpoint = Endpoint::start();
    let wish = small(json!({ "egress": "none", "database_subnets": ranges(5, 2) }));
    assert_eq!(settled(&endpoint, &wish).get("endpoint_ids"), None);
    gone(&endpoint, &wish);
}

#[test]
fn zones_that_are_named_are_taken() {
    let endpoint = Endpoint::start();
    let zones = ["eu-central-1c", "eu-central-1a", "eu-central-1b"];
    let wish = small(json!({ "public_subnets": ranges(3, 1), "private_subnets": ranges(10, 3), "zones": zones }));
    let net = settled(&endpoint, &wish);
    assert_eq!(net["zones"], json!(zones));
    gone(&endpoint, &wish);
}

#[test]
fn a_region_with_fewer_zones_is_told() {
    let endpoint = Endpoint::start();
    let wish = small(json!({ "private_subnets": ranges(10, 6) }));
    let before = endpoint.count();
    let output = layer("net", &["up"], &wish.to_string(), &endpoint.env());
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    let says =
        "choosing zones: the region has fewer than 6 zones that can be used; take another region, or fewer subnets";
    assert!(output.stderr.contains(says), "{}", output.stderr);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
}

#[test]
fn what_a_nat_gateway_and_a_layer_need_is_refused_where_it_is_missing() {
    let endpoint = Endpoint::start();
    let before = endpoint.count();
    let refused = |wish: Value, says: &str| {
        let output = layer("net", &["up"], &wish.to_string(), &endpoint.env());
        assert_eq!(output.status, Some(2), "{}", output.stderr);
        assert!(output.stderr.contains(says), "`{says}` is not in {}", output.stderr);
    };
    refused(with_airflow(json!({ "public_subnets": [] })), "a NAT gateway needs a public subnet, and here is none");
    refused(with_airflow(json!({ "private_subnets": ranges(1, 1) })), "`airflow` needs two at least");
    assert_eq!(endpoint.count(), before);
}

/// The way to S3 is on every table that subnets use, and comes back to each.
#[test]
fn the_endpoint_for_s3_is_on_every_table() {
    let endpoint = Endpoint::start();
    let wish = with_airflow(json!({ "database_subnets": ranges(5, 2) }));
    let net = settled(&endpoint, &wish);
    let tables = net["route_table_ids"].as_object().unwrap();
    assert_eq!(tables.keys().collect::<Vec<_>>(), ["database", "private", "public"]);
    assert_eq!(tables_of_s3(&endpoint, &net), sorted(texts(&net["route_table_ids"])));

    let (id, table) =
        (net["endpoint_ids"]["s3"].as_str().unwrap(), net["route_table_ids"]["database"].as_str().unwrap());
    ec2(&endpoint, &format!("ec2.modify_vpc_endpoint(VpcEndpointId='{id}', RemoveRouteTableIds=['{table}'])"));
    let before = endpoint.count();
    done("net", &["up"], &wish.to_string(), &endpoint.env());
    assert_eq!(endpoint.mutating_since(before), ["ec2:ModifyVpcEndpoint"]);
    assert_eq!(tables_of_s3(&endpoint, &net), sorted(texts(&net["route_table_ids"])));
    gone(&endpoint, &wish);
}
