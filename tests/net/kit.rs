//! A small pipeline with a network, and what EC2 says of it.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use strata_testkit::{Endpoint, python};
use strata_tests::{done, json as parse, layer};

/// What an expression over a boto3 EC2 client gives, as JSON.
pub(crate) fn ec2(endpoint: &Endpoint, expression: &str) -> Value {
    let program =
        format!("import boto3, json; ec2 = boto3.client('ec2'); print(json.dumps({expression}, default=str))");
    let output = Command::new(python()).args(["-c", &program]).envs(endpoint.env()).output().unwrap();
    assert!(output.status.success(), "{expression}: {}", String::from_utf8_lossy(&output.stderr));
    parse(&String::from_utf8(output.stdout).unwrap())
}

/// What `status` says is there: `subnet.public-1`.
pub(crate) fn kinds(endpoint: &Endpoint, document: &Value) -> Vec<String> {
    let status = parse(&layer("net", &["status"], &document.to_string(), &endpoint.env()).stdout);
    let resources = status["resources"].as_array().unwrap().clone();
    resources.iter().map(|resource| resource["resource"].as_str().unwrap().to_owned()).collect()
}

/// A pipeline that has nothing but a network.
pub(crate) fn small(net: Value) -> Value {
    json!({ "version": 1, "pipeline": { "name": "small", "net": net } })
}

/// The same with an environment of Airflow, which demands private subnets and a way out of them.
pub(crate) fn with_airflow(net: Value) -> Value {
    json!({ "version": 1, "pipeline": { "name": "small", "net": net, "airflow": {} } })
}

/// `count` ranges, the first of which is 10.0.`first`.0/24.
pub(crate) fn ranges(first: usize, count: usize) -> Vec<String> {
    (first..first + count).map(|number| format!("10.0.{number}.0/24")).collect()
}

/// `up`, after which there is nothing to do: `status` is content, and a second `up` calls nothing and prints the same bytes.
pub(crate) fn settled(endpoint: &Endpoint, wish: &Value) -> Value {
    let text = done("net", &["up", "--yes"], &wish.to_string(), &endpoint.env());
    let status = layer("net", &["status"], &text, &endpoint.env());
    assert_eq!(status.status, Some(0), "{} {}", status.stdout, status.stderr);
    let before = endpoint.count();
    assert_eq!(done("net", &["up"], &wish.to_string(), &endpoint.env()), text);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    parse(&text)["net"].clone()
}

/// `down`, after which nothing is there.
pub(crate) fn gone(endpoint: &Endpoint, wish: &Value) {
    done("net", &["down", "--yes"], &wish.to_string(), &endpoint.env());
    assert_eq!(kinds(endpoint, wish), Vec::<String>::new());
    let left = "[*ec2.describe_vpcs()['Vpcs'], *ec2.describe_addresses()['Addresses'], \
                *ec2.describe_route_tables()['RouteTables'], *ec2.describe_security_groups()['SecurityGroups']]";
    assert_eq!(ec2(endpoint, left), json!([]));
}

/// A field of the section that is a list, or a map, of texts.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned();
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(fields) => fields.values().map(text).collect(),
        other => panic!("{other} is no list"),
    }
}

/// Destination and target of each route of a subnet's table but the VPC's own; a gateway endpoint's destination is `s3`.
pub(crate) fn routes(endpoint: &Endpoint, subnet: &str) -> BTreeMap<String, String> {
    let filter = format!("Filters=[dict(Name='association.subnet-id', Values=['{subnet}'])]");
    let tables = ec2(endpoint, &format!("ec2.describe_route_tables({filter})['RouteTables']"));
    assert_eq!(tables.as_array().unwrap().len(), 1, "{subnet}: {tables}");
    let mut routes = BTreeMap::new();
    for route in tables[0]["Routes"].as_array().unwrap() {
        let target = route.get("NatGatewayId").or(route.get("GatewayId")).unwrap().as_str().unwrap();
        if target != "local" && !target.starts_with("vpce-") {
            routes.insert(route["DestinationCidrBlock"].as_str().unwrap().to_owned(), target.to_owned());
        }
    }
    routes
}

/// The route tables of the endpoint for S3, sorted.
pub(crate) fn tables_of_s3(endpoint: &Endpoint, net: &Value) -> Vec<String> {
    let id = net["endpoint_ids"]["s3"].as_str().unwrap();
    let found = format!("ec2.describe_vpc_endpoints(VpcEndpointIds=['{id}'])['VpcEndpoints'][0]['RouteTableIds']");
    sorted(texts(&ec2(endpoint, &found)))
}

pub(crate) fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}
