//! Things that look like the pipeline's own, and have another owner.

use serde_json::{Value, json};
use strata_testkit::World;

/// The account of the local endpoint.
pub(crate) const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";

/// Tags in the form of EC2, IAM, S3 and Athena.
pub(crate) fn tags(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// Tags in the form of Glue and MWAA.
fn map(pairs: &[(&str, &str)]) -> Value {
    Value::Object(pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect())
}

/// The tags of another copy of the same pipeline.
const OTHER_ENV: [(&str, &str); 3] =
    [("strata:pipeline", "driven-data"), ("strata:env", "dev-x"), ("strata:layer", "net")];
const OTHER_PIPELINE: [(&str, &str); 3] =
    [("strata:pipeline", "driven-data2"), ("strata:env", "dev"), ("strata:layer", "net")];

fn id(answer: &Value, pointer: &str) -> String {
    answer.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {answer}")).to_owned()
}

fn vpc(world: &World, range: &str, pairs: &[(&str, &str)]) -> String {
    let spec = json!([{ "ResourceType": "vpc", "Tags": tags(pairs) }]);
    let spec = if pairs.is_empty() { json!([]) } else { spec };
    let made = world.call("ec2", "create_vpc", json!({ "CidrBlock": range, "TagSpecifications": spec }));
    id(&made, "/Vpc/VpcId")
}

fn name(world: &World, id: &str, name: &str) {
    world.call("ec2", "create_tags", json!({ "Resources": [id], "Tags": tags(&[("Name", name)]) }));
}

/// A whole second network with the same range and the same names, and others with tags that are nearly ours.
pub(crate) fn network(world: &World) {
    world.call("ec2", "create_default_vpc", json!({}));
    let copy = vpc(world, "10.0.0.0/16", &[("Name", "driven-data-dev-vpc")]);
    let mut subnets = Vec::new();
    for (range, called) in [
        ("10.0.3.0/24", "driven-data-dev-public-1"),
        ("10.0.4.0/24", "driven-data-dev-public-2"),
        ("10.0.1.0/24", "driven-data-dev-private-1"),
        ("10.0.2.0/24", ""),
    ] {
        let made = world.call("ec2", "create_subnet", json!({ "VpcId": copy, "CidrBlock": range }));
        let subnet = id(&made, "/Subnet/SubnetId");
        if !called.is_empty() {
            name(world, &subnet, called);
        }
        subnets.push(subnet);
    }
    let gateway = id(&world.call("ec2", "create_internet_gateway", json!({})), "/InternetGateway/InternetGatewayId");
    name(world, &gateway, "driven-data-dev-internet-gateway");
    world.call("ec2", "attach_internet_gateway", json!({ "InternetGatewayId": gateway, "VpcId": copy }));
    let table = id(&world.call("ec2", "create_route_table", json!({ "VpcId": copy })), "/RouteTable/RouteTableId");
    name(world, &table, "driven-data-dev-public");
    world.call("ec2", "associate_route_table", json!({ "RouteTableId": table, "SubnetId": subnets[0] }));
    let route = json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway });
    world.call("ec2", "create_route", route);
    let address = id(&world.call("ec2", "allocate_address", json!({ "Domain": "vpc" })), "/AllocationId");
    name(world, &address, "driven-data-dev-nat-address");
    let nat = json!({ "SubnetId": subnets[0], "AllocationId": address });
    let nat = id(&world.call("ec2", "create_nat_gateway", nat), "/NatGateway/NatGatewayId");
    name(world, &nat, "driven-data-dev-nat");
    // One that nothing uses, and that no tag explains.
    world.call("ec2", "allocate_address", json!({ "Domain": "vpc" }));
    let group = json!({ "GroupName": "driven-data-dev-main", "Description": "same name", "VpcId": copy });
    let group = id(&world.call("ec2", "create_security_group", group), "/GroupId");
    name(world, &group, "driven-data-dev-main");
    let open =
        json!({ "GroupId": group, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16" });
    world.call("ec2", "authorize_security_group_ingress", open);
    let bare = json!({ "GroupName": "bare", "Description": "no tags at all", "VpcId": copy });
    world.call("ec2", "create_security_group", bare);
    let endpoint =
        json!({ "VpcId": copy, "ServiceName": format!("com.amazonaws.{REGION}.s3"), "RouteTableIds": [table] });
    let endpoint = id(&world.call("ec2", "create_vpc_endpoint", endpoint), "/VpcEndpoint/VpcEndpointId");
    name(world, &endpoint, "driven-data-dev-s3");
    let interface =
        json!({ "SubnetId": subnets[3], "Groups": [group], "Description": "AWS created network interface" });
    world.call("ec2", "create_network_interface", interface);
    vpc(world, "10.0.0.0/16", &OTHER_ENV);
    // An account has five VPCs at most, so other tags that are nearly ours are on groups and subnets.
    for (at, pairs) in [
        &OTHER_ENV[..],
        &OTHER_PIPELINE,
        &[("strata:pipeline", "driven-data"), ("strata:id", "security-group.main"), ("strata:layer", "net")],
        &[("strata:env", "dev"), ("strata:id", "security-group.main"), ("strata:layer", "net")],
        &[("Strata:Pipeline", "driven-data"), ("Strata:Env", "dev"), ("Strata:Layer", "net")],
        &[("strata:pipeline", "driven-data "), ("strata:env", "dev"), ("strata:layer", "net")],
    ]
    .into_iter()
    .enumerate()
    {
        let spec = |kind: &str| json!([{ "ResourceType": kind, "Tags": tags(pairs) }]);
        let group = json!({
            "GroupName": format!("nearly-{at}"), "Description": "x", "VpcId": copy,
            "TagSpecifications": spec("security-group"),
        });
        world.call("ec2", "create_security_group", group);
        let range = format!("10.0.{}.0/24", 10 + at);
        let subnet = json!({ "VpcId": copy, "CidrBlock": range, "TagSpecifications": spec("subnet") });
        world.call("ec2", "create_subnet", subnet);
    }
}

/// A role that trusts Glue.
pub(crate) fn role(world: &World, called: &str, path: &str, pairs: &[(&str, &str)]) {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": "glue.amazonaws.com" }, "Action": "sts:AssumeRole" }],
    });
    let words = json!({
        "RoleName": called, "Path": path, "AssumeRolePolicyDocument": trust.to_string(), "Tags": tags(pairs),
    });
    world.call("iam", "create_role", words);
    let policy = json!({ "RoleName": called, "PolicyName": "strata", "PolicyDocument": trust_nothing().to_string() });
    world.call("iam", "put_role_policy", policy);
}

fn trust_nothing() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*" }] })
}

/// Roles under paths and names that begin like ours, and the account's own.
pub(crate) fn roles(world: &World) {
    world.call("iam", "create_service_linked_role", json!({ "AWSServiceName": "airflow.amazonaws.com" }));
    world.call("iam", "create_service_linked_role", json!({ "AWSServiceName": "glue.amazonaws.com" }));
    role(world, "driven-data-dev-eu-central-1-glue2", "/", &[]);
    role(world, "driven-data-dev-eu-central-1", "/strata/driven-data/dev/", &[("strata:layer", "iam")]);
    role(world, "another-under-our-path", "/strata/driven-data/dev/eu-central-1/", &[]);
    role(world, "airflow", "/strata/driven-data/dev/eu-central-1/", &[]);
    // The copy in another region has the same pipeline and env.
    let copy = [("strata:pipeline", "driven-data"), ("strata:env", "dev"), ("strata:layer", "iam")];
    role(world, "driven-data-dev-eu-west-1-glue", "/strata/driven-data/dev/eu-west-1/", &copy);
    // Another program's role of this very pipeline.
    let other = [("strata:pipeline", "driven-data"), ("strata:env", "dev"), ("strata:layer", "billing")];
    role(world, "driven-data-dev-eu-central-1-billing", "/strata/driven-data/dev/eu-central-1/", &other);
    let policy = json!({ "PolicyName": "strata", "PolicyDocument": trust_nothing().to_string() });
    world.call("iam", "create_policy", policy);
}

/// A bucket with some files under our keys, an old version, a delete marker and an unfinished upload.
pub(crate) fn bucket(world: &World, called: &str, pairs: &[(&str, &str)]) {
    let place = json!({ "LocationConstraint": REGION });
    world.call("s3", "create_bucket", json!({ "Bucket": called, "CreateBucketConfiguration": place }));
    let on = json!({ "Bucket": called, "VersioningConfiguration": { "Status": "Enabled" } });
    world.call("s3", "put_bucket_versioning", on);
    if !pairs.is_empty() {
        let tagging = json!({ "Bucket": called, "Tagging": { "TagSet": tags(pairs) } });
        world.call("s3", "put_bucket_tagging", tagging);
    }
    for key in ["requirements.txt", "dags/strata_pipeline.py", "data/raw/raw_batch_data_2024-09-15.csv", "gone"] {
        let metadata = json!({ "strata-pipeline": "driven-data", "strata-env": "dev" });
        world.call("s3", "put_object", json!({ "Bucket": called, "Key": key, "Body": key, "Metadata": metadata }));
    }
    world.call("s3", "delete_object", json!({ "Bucket": called, "Key": "gone" }));
    world.call("s3", "create_multipart_upload", json!({ "Bucket": called, "Key": "data/raw/large.csv" }));
}

/// Buckets whose names begin or end like ours.
pub(crate) fn buckets(world: &World) {
    bucket(world, "driven-data-dev", &[]);
    bucket(world, &format!("driven-data-dev-x-{ACCOUNT}-{REGION}-an"), &OTHER_ENV);
    bucket(world, &format!("driven-data-dev-{ACCOUNT}-{REGION}"), &[("Name", "driven-data-dev")]);
    bucket(world, &format!("driven-data-de-{ACCOUNT}-{REGION}-an"), &OTHER_PIPELINE);
    bucket(world, "somebodys-own-data", &[("strata:pipeline", "driven-data")]);
}

/// A database with a table and a partition.
pub(crate) fn database(world: &World, called: &str, parameters: &[(&str, &str)], pairs: &[(&str, &str)]) {
    let input = json!({ "Name": called, "Parameters": map(parameters) });
    world.call("glue", "create_database", json!({ "DatabaseInput": input, "Tags": map(pairs) }));
    let storage = json!({ "Columns": [{ "Name": "a", "Type": "string" }], "Location": "s3://somebodys-own-data/t/" });
    let table = json!({
        "Name": "raw", "Parameters": map(parameters), "StorageDescriptor": storage,
        "PartitionKeys": [{ "Name": "day", "Type": "string" }],
    });
    world.call("glue", "create_table", json!({ "DatabaseName": called, "TableInput": table }));
    let partition = json!({ "Values": ["2024-09-15"], "StorageDescriptor": storage });
    let words = json!({ "DatabaseName": called, "TableName": "raw", "PartitionInput": partition });
    world.call("glue", "create_partition", words);
}

/// A crawler that crawls nothing of ours.
pub(crate) fn crawler(world: &World, called: &str, pairs: &[(&str, &str)]) {
    let words = json!({
        "Name": called, "Role": "driven-data-dev-eu-central-1-glue2", "DatabaseName": "driven_data_db_dev_x",
        "Targets": { "S3Targets": [{ "Path": "s3://somebodys-own-data/t/" }] }, "Tags": map(pairs),
    });
    world.call("glue", "create_crawler", words);
}

/// A job that another owner pays for.
pub(crate) fn job(world: &World, called: &str, pairs: &[(&str, &str)]) {
    let words = json!({
        "Name": called, "Role": "driven-data-dev-eu-central-1-glue2", "Tags": map(pairs),
        "Command": { "Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": "s3://somebodys-own-data/x.py" },
    });
    world.call("glue", "create_job", words);
}

/// A CSV classifier that is not as strata makes them.
pub(crate) fn classifier(world: &World, called: &str) {
    let csv = json!({ "Name": called, "Delimiter": ";", "QuoteSymbol": "'", "ContainsHeader": "UNKNOWN" });
    world.call("glue", "create_classifier", json!({ "CsvClassifier": csv }));
}

/// Catalog things with names that begin like ours, or descriptions and parameters that were copied from ours.
pub(crate) fn catalog(world: &World) {
    let marks = [("strata:pipeline", "driven-data"), ("strata:env", "dev")];
    database(world, "driven_data_db_dev_x", &[], &OTHER_ENV);
    database(world, "driven_data_db2", &[], &[]);
    // A person copied our database's definition, parameters and all.
    database(world, "driven_data_db_copy", &marks, &[]);
    crawler(world, "raw_driven_data_dev_x", &OTHER_ENV);
    crawler(world, "raw_driven_data2", &[]);
    job(world, "staging_dim_address_dev_x", &OTHER_ENV);
    job(world, "staging_dim_address2", &[]);
    classifier(world, "driven-data-dev-mine");
    classifier(world, "driven-data-dev-x-raw");
    classifier(world, "driven-data-dev");
    let grok = json!({ "Name": "driven-data-dev-grok", "Classification": "log", "GrokPattern": "%{WORD:w}" });
    world.call("glue", "create_classifier", json!({ "GrokClassifier": grok }));
    world.call("athena", "create_work_group", json!({ "Name": "driven-data-dev-x-athena", "Tags": tags(&OTHER_ENV) }));
    let copied = "Queries of pipeline driven-data, env dev";
    world.call("athena", "create_work_group", json!({ "Name": "somebodys-queries", "Description": copied }));
}

/// Log groups of other environments, and other people's streams in the groups that an account shares.
pub(crate) fn logs(world: &World) {
    for group in [
        "airflow-driven-data-dev-x-airflow-Task",
        "airflow-driven-data-dev-airflow2-Task",
        "airflow-driven-data-dev-airflow-Task2",
        "airflow-driven-data-dev-airflow-x-Worker",
        "airflow-driven-data-dev-airflow",
        "/aws-glue/crawlers",
        "/aws-glue/jobs/output",
        "/aws-glue/jobs/error",
        "/aws-glue/python-jobs/output",
        "/aws-glue/python-jobs/error",
    ] {
        world.call("logs", "create_log_group", json!({ "logGroupName": group }));
        for stream in ["raw_driven_data2", "jr_0123456789", "staging_dim_address2"] {
            let words = json!({ "logGroupName": group, "logStreamName": stream });
            world.call("logs", "create_log_stream", words);
        }
    }
}

/// An MWAA environment on another copy's network, called like a wish of ours: `main`.
pub(crate) fn environment(world: &World, called: &str, document: &Value) {
    let words = json!({
        "Name": called, "DagS3Path": "dags",
        "ExecutionRoleArn": document["iam"]["role_arns"]["airflow"],
        "SourceBucketArn": document["storage"]["arn"],
        "NetworkConfiguration": {
            "SubnetIds": document["net"]["private_subnet_ids"],
            "SecurityGroupIds": [document["net"]["security_group_id"]],
        },
    });
    world.call("mwaa", "create_environment", words);
}
