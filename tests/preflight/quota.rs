//! Quotas that have no room left.

use crate::kit::Site;
use serde_json::json;
use strata_tests::{done, json as parse, layer, pipeline};

#[test]
fn a_region_that_is_full_of_environments_is_named() {
    let site = Site::new(&["net", "iam", "storage"]);
    let id = |pointer: &str| site.id(pointer);
    let role = id("/iam/role_arns/airflow");
    for number in 0..10 {
        let network = json!({
            "SubnetIds": [id("/net/private_subnet_ids/0"), id("/net/private_subnet_ids/1")],
            "SecurityGroupIds": [id("/net/security_group_id")],
        });
        let environment = json!({
            "Name": format!("other-{number}"), "ExecutionRoleArn": role, "SourceBucketArn": id("/storage/arn"),
            "DagS3Path": "dags", "NetworkConfiguration": network,
        });
        site.world.call("mwaa", "create_environment", environment);
    }
    let what = "eu-central-1 has 10 MWAA environments, and the quota is 10";
    site.caught("MWAA quota", &site.document, what, "delete one, or ask for more in Service Quotas");
}

#[test]
fn a_region_that_is_full_of_networks_is_named_before_half_of_one_is_made() {
    let site = Site::new(&[]);
    let env = site.endpoint.env();
    let vpcs: Vec<String> = (0..5)
        .map(|number| {
            let made = site.world.call("ec2", "create_vpc", json!({ "CidrBlock": format!("10.{number}.0.0/16") }));
            made["Vpc"]["VpcId"].as_str().unwrap().to_owned()
        })
        .collect();
    let addresses: Vec<String> = (0..5)
        .map(|_| {
            let made = site.world.call("ec2", "allocate_address", json!({ "Domain": "vpc" }));
            made["AllocationId"].as_str().unwrap().to_owned()
        })
        .collect();
    let before = site.endpoint.count();
    let plan = layer("net", &["plan"], &pipeline().to_string(), &env);
    assert_eq!(plan.status, Some(1), "{}", plan.stderr);
    let findings = parse(&plan.stdout)["findings"].clone();
    for (at, what) in
        ["has 5 VPCs, and the quota is 5", "has 5 elastic addresses, and the quota is 5"].iter().enumerate()
    {
        assert!(findings[at]["what"].as_str().unwrap().contains(what), "{findings}");
        assert!(findings[at]["remedy"].as_str().unwrap().contains("remove one, or ask for more"), "{findings}");
    }
    let up = layer("net", &["up"], &pipeline().to_string(), &env);
    assert_eq!(up.status, Some(2), "{}", up.stderr);
    assert_eq!(site.endpoint.mutating_since(before), Vec::<String>::new());

    // One less of each, and there is room.
    site.world.call("ec2", "delete_vpc", json!({ "VpcId": vpcs[0] }));
    site.world.call("ec2", "release_address", json!({ "AllocationId": addresses[0] }));
    done("net", &["up"], &pipeline().to_string(), &env);
    // What is there already needs no room.
    assert_eq!(layer("net", &["plan"], &pipeline().to_string(), &env).status, Some(0));
}
