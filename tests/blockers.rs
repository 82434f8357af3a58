//! Blockers: when something of another owner keeps a part of the network from being deleted, `net down` says what holds
//! what, gives up soon, touches nothing that is not ours, and finishes once the holder is gone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use strata_testkit::{Endpoint, Output, World};
use strata_tests::{done, json as parse, layer, pipeline, up};

/// Nothing that will not go by itself is waited for as long as what will.
const SOON: Duration = Duration::from_secs(30);

struct Site {
    endpoint: Endpoint,
    world: World,
    document: Value,
}

impl Site {
    fn new(layers: &[&str]) -> Self {
        let endpoint = Endpoint::start();
        let document = parse(&up(layers, &pipeline().to_string(), &endpoint.env()));
        let world = World::of(&endpoint);
        Self { endpoint, world, document }
    }

    fn id(&self, pointer: &str) -> String {
        self.document.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}")).to_owned()
    }

    fn made(&self, operation: &str, parameters: Value, pointer: &str) -> String {
        let answer = self.world.call("ec2", operation, parameters);
        answer.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{operation}: {answer}")).to_owned()
    }

    fn interface(&self, subnet: &str, description: &str) -> String {
        let wish = json!({ "SubnetId": subnet, "Description": description });
        self.made("create_network_interface", wish, "/NetworkInterface/NetworkInterfaceId")
    }

    /// `net down`, which says all of this and leaves exactly that.
    fn held(&self, words: &[&str], left: &[&str]) -> Output {
        let start = Instant::now();
        let down = layer("net", &["down", "--yes"], &self.document.to_string(), &self.endpoint.env());
        eprintln!("{words:?}: {:.1} s\n{}", start.elapsed().as_secs_f64(), down.stderr);
        assert!(start.elapsed() < SOON, "{:?}: {}", start.elapsed(), down.stderr);
        assert_eq!(down.status, Some(3), "{}", down.stderr);
        for word in words {
            assert!(down.stderr.contains(word), "`{word}` is not in: {}", down.stderr);
        }
        let failed = parse(&down.stdout)["failed"].clone();
        assert_eq!(failed["layer"], "net");
        let mut resources: Vec<&str> =
            failed["left"].as_array().unwrap().iter().map(|one| one["resource"].as_str().unwrap()).collect();
        resources.sort_unstable();
        assert_eq!(resources, left, "{failed:#}");
        down
    }

    /// `net down`, after which nothing of ours is there.
    fn finishes(&self) -> Output {
        let down = layer("net", &["down", "--yes"], &self.document.to_string(), &self.endpoint.env());
        assert_eq!(down.status, Some(0), "{}", down.stderr);
        let status = layer("net", &["status", "--pipeline", "driven-data", "--env", "dev"], "", &self.endpoint.env());
        assert_eq!(parse(&status.stdout)["resources"], json!([]), "{}", status.stdout);
        down
    }
}

#[test]
fn an_interface_in_our_subnet_is_named_with_its_owner() {
    let site = Site::new(&["net"]);
    let subnet = site.id("/net/private_subnet_ids/0");
    let interface = site.interface(&subnet, "theirs");
    let held =
        format!("removing subnet {subnet}: DependencyViolation: held by network interface {interface} (\"theirs\"");
    let down = site.held(
        &[&held, "account 123456789012", "it has no tags): delete it yourself", "then run `down` again"],
        &["subnet.private-1", "vpc.main"],
    );
    let failed = parse(&down.stdout)["failed"].clone();
    assert_eq!(failed["code"], "DependencyViolation");
    assert!(failed["message"].as_str().unwrap().contains(&interface), "{failed}");
    let there = json!({ "NetworkInterfaceIds": [interface] });
    site.world.call("ec2", "describe_network_interfaces", there);
    site.world.call("ec2", "delete_network_interface", json!({ "NetworkInterfaceId": interface }));
    site.finishes();
}

#[test]
fn an_instance_is_named_and_not_its_interface_alone() {
    let site = Site::new(&["net"]);
    let subnet = site.id("/net/private_subnet_ids/1");
    let tags = json!([{ "ResourceType": "instance", "Tags": [{ "Key": "Name", "Value": "web" }] }]);
    let wish = json!({ "ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet, "TagSpecifications": tags });
    let instance = site.made("run_instances", wish, "/Instances/0/InstanceId");
    let held =
        format!("of instance {instance} (running), which belongs to another owner (its tags: Name=web): terminate");
    site.held(&[&subnet, &held], &["subnet.private-2", "vpc.main"]);
    site.world.call("ec2", "terminate_instances", json!({ "InstanceIds": [instance] }));
    site.finishes();
}

#[test]
fn groups_that_name_ours_are_named_and_left_alone() {
    let site = Site::new(&["net"]);
    let (vpc, ours) = (site.id("/net/vpc_id"), site.id("/net/security_group_id"));
    let wish = json!({ "VpcId": vpc, "GroupName": "theirs", "Description": "theirs" });
    let theirs = site.made("create_security_group", wish, "/GroupId");
    let from = |group: &str| json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{ "GroupId": group }] }]);
    let allow = |group: &str, other: &str| {
        let rule = json!({ "GroupId": group, "IpPermissions": from(other) });
        site.world.call("ec2", "authorize_security_group_ingress", rule);
    };
    // Each names the other: neither could go first.
    allow(&theirs, &ours);
    allow(&ours, &theirs);
    let look = || site.world.call("ec2", "describe_security_groups", json!({ "GroupIds": [theirs] }));
    let before = look();
    let held = format!(
        "removing security-group {ours}: DependencyViolation: held by security group {theirs} (theirs), whose inbound rules name it"
    );
    site.held(&[&held, "remove those rules yourself"], &["security-group.main", "vpc.main"]);
    assert_eq!(look(), before, "the other owner's rules stay");
    // Ours have been taken away, so that theirs can go.
    let rules = site.world.call("ec2", "describe_security_groups", json!({ "GroupIds": [ours] }));
    assert!(!rules["SecurityGroups"][0]["IpPermissions"].to_string().contains(&theirs), "{rules}");

    let gone = json!({ "GroupId": theirs, "IpPermissions": from(&ours) });
    site.world.call("ec2", "revoke_security_group_ingress", gone);
    let held =
        format!("removing vpc {vpc}: DependencyViolation: held by security group {theirs} (theirs), which belongs to");
    site.held(&[&held], &["vpc.main"]);
    site.world.call("ec2", "delete_security_group", json!({ "GroupId": theirs }));
    site.finishes();
}

#[test]
fn endpoints_are_named_once_for_all_that_they_hold() {
    let site = Site::new(&["net"]);
    let (vpc, subnet, group) =
        (site.id("/net/vpc_id"), site.id("/net/private_subnet_ids/0"), site.id("/net/security_group_id"));
    let wish = json!({
        "VpcId": vpc, "ServiceName": "com.amazonaws.eu-central-1.ssm", "VpcEndpointType": "Interface",
        "SubnetIds": [subnet], "SecurityGroupIds": [group],
    });
    let ssm = site.made("create_vpc_endpoint", wish, "/VpcEndpoint/VpcEndpointId");
    let wish =
        json!({ "VpcId": vpc, "ServiceName": "com.amazonaws.eu-central-1.dynamodb", "VpcEndpointType": "Gateway" });
    let dynamodb = site.made("create_vpc_endpoint", wish, "/VpcEndpoint/VpcEndpointId");
    let held = format!(
        "removing subnet {subnet}: DependencyViolation: held by VPC endpoint {ssm} (com.amazonaws.eu-central-1.ssm, available)"
    );
    site.held(&[&held, "delete it yourself"], &["security-group.main", "subnet.private-1", "vpc.main"]);
    site.world.call("ec2", "delete_vpc_endpoints", json!({ "VpcEndpointIds": [ssm] }));
    let held = format!(
        "removing vpc {vpc}: DependencyViolation: held by VPC endpoint {dynamodb} (com.amazonaws.eu-central-1.dynamodb"
    );
    site.held(&[&held], &["vpc.main"]);
    site.world.call("ec2", "delete_vpc_endpoints", json!({ "VpcEndpointIds": [dynamodb] }));
    site.finishes();
}

#[test]
fn a_gateway_and_addresses_of_others_hold_ours() {
    let site = Site::new(&["net"]);
    let public = site.id("/net/public_subnet_ids/1");
    let address = site.made("allocate_address", json!({ "Domain": "vpc" }), "/AllocationId");
    let wish = json!({ "SubnetId": public, "AllocationId": address });
    let nat = site.made("create_nat_gateway", wish, "/NatGateway/NatGatewayId");
    let gateway = site.id("/net/internet_gateway_id");
    let held =
        format!("held by NAT gateway {nat} (available), which belongs to another owner (it has no tags): delete it");
    site.held(
        &[
            &format!("removing subnet {public}: DependencyViolation: {held}"),
            &format!("internet-gateway {gateway}: DependencyViolation: {held}"),
        ],
        &["internet-gateway.main", "subnet.public-2", "vpc.main"],
    );
    site.world.call("ec2", "delete_nat_gateway", json!({ "NatGatewayId": nat }));
    site.finishes();
    // Their address is theirs.
    site.world.call("ec2", "describe_addresses", json!({ "AllocationIds": [address] }));
}

#[test]
fn our_address_at_somebody_elses_interface_is_named() {
    let site = Site::new(&["net"]);
    let (address, nat) = (site.id("/net/nat/allocation_id"), site.id("/net/nat/gateway_id"));
    site.world.call("ec2", "delete_nat_gateway", json!({ "NatGatewayId": nat }));
    let interface = site.interface(&site.id("/net/public_subnet_ids/0"), "bastion");
    let taken = json!({ "AllocationId": address, "NetworkInterfaceId": interface });
    site.world.call("ec2", "associate_address", taken);
    let held = format!(
        "removing address {address}: InvalidIPAddress.InUse: held by network interface {interface} (\"bastion\""
    );
    site.held(&[&held], &["address.nat", "internet-gateway.main", "subnet.public-1", "vpc.main"]);
    let association = site.world.call("ec2", "describe_addresses", json!({ "AllocationIds": [address] }));
    let association = association["Addresses"][0]["AssociationId"].clone();
    site.world.call("ec2", "disassociate_address", json!({ "AssociationId": association }));
    site.world.call("ec2", "delete_network_interface", json!({ "NetworkInterfaceId": interface }));
    site.finishes();
}

#[test]
fn a_living_environment_is_named_and_its_interfaces_stay() {
    let site = Site::new(&["net", "iam", "storage", "airflow"]);
    let interfaces = || {
        let filter = json!([{ "Name": "vpc-id", "Values": [site.id("/net/vpc_id")] }]);
        let found = site.world.call("ec2", "describe_network_interfaces", json!({ "Filters": filter }));
        let all = found["NetworkInterfaces"].as_array().unwrap().clone();
        all.iter().filter(|one| one["Description"].as_str().unwrap().contains(":airflow:")).count()
    };
    let before = interfaces();
    assert!(before >= 2, "{before}");
    let held = "of MWAA environment driven-data-dev-airflow, which is AVAILABLE: run `airflow down` first";
    site.held(&[held], &["security-group.main", "subnet.private-1", "subnet.private-2", "vpc.main"]);
    assert_eq!(interfaces(), before);
    // On its way out it is waited for.
    site.world.call("mwaa", "delete_environment", json!({ "Name": "driven-data-dev-airflow" }));
    site.finishes();
}

#[test]
fn what_mwaa_left_behind_is_swept() {
    let site = Site::new(&["net"]);
    let left = "AWS created network interface for arn:aws:airflow:eu-central-1:123456789012:environment/gone";
    let subnet = site.id("/net/private_subnet_ids/0");
    let group = site.id("/net/security_group_id");
    let wish = json!({ "SubnetId": subnet, "Description": left, "Groups": [group] });
    let interface = site.made("create_network_interface", wish, "/NetworkInterface/NetworkInterfaceId");
    // The same in a network that is not ours.
    let vpc = site.made("create_vpc", json!({ "CidrBlock": "10.9.0.0/16" }), "/Vpc/VpcId");
    let other = site.made("create_subnet", json!({ "VpcId": vpc, "CidrBlock": "10.9.1.0/24" }), "/Subnet/SubnetId");
    let theirs = site.interface(&other, left);
    let down = site.finishes();
    assert!(down.stderr.contains(&format!("deleted network interface {interface}")), "{}", down.stderr);
    let found = site.world.call("ec2", "describe_network_interfaces", json!({}));
    let ids: Vec<&Value> =
        found["NetworkInterfaces"].as_array().unwrap().iter().map(|one| &one["NetworkInterfaceId"]).collect();
    assert_eq!(ids, [&json!(theirs)]);
}

#[test]
fn waiting_says_how_long_it_usually_takes() {
    let site = Site::new(&["net"]);
    let text = done("net", &["down", "--yes", "--dry-run"], &site.document.to_string(), &site.endpoint.env());
    assert!(text.contains("nat-gateway.main"), "{text}");
    let down = site.finishes();
    assert!(down.stderr.contains("(usually a minute or two)"), "{}", down.stderr);
}
