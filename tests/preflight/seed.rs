//! The published system as a whole: its network, bucket and role, made by hand as its Terraform makes them.

use crate::kit::Site;
use serde_json::{Value, json};
use strata_tests::{json as parse, layer};

/// A policy that allows these actions on everything.
fn allow(actions: &[&str]) -> String {
    let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

fn trust(services: &[&str]) -> String {
    let statement = json!({ "Effect": "Allow", "Principal": { "Service": services }, "Action": "sts:AssumeRole" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

impl Site {
    fn made(&self, service: &str, operation: &str, parameters: Value, pointer: &str) -> Value {
        let answer = self.world.call(service, operation, parameters);
        answer.pointer(pointer).unwrap_or_else(|| panic!("{operation}: {answer}")).clone()
    }

    /// VPC, four subnets in zones a and b, one public table, a group with 443 from one address.
    fn published_network(&self) -> Value {
        let vpc = self.made("ec2", "create_vpc", json!({ "CidrBlock": "10.0.0.0/16" }), "/Vpc/VpcId");
        for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
            let on = json!({ "VpcId": vpc, attribute: { "Value": true } });
            self.world.call("ec2", "modify_vpc_attribute", on);
        }
        let gateway = self.made("ec2", "create_internet_gateway", json!({}), "/InternetGateway/InternetGatewayId");
        let attach = json!({ "VpcId": vpc, "InternetGatewayId": gateway });
        self.world.call("ec2", "attach_internet_gateway", attach);
        let subnet = |range: &str, zone: &str| {
            let wish = json!({ "VpcId": vpc, "CidrBlock": range, "AvailabilityZone": zone });
            self.made("ec2", "create_subnet", wish, "/Subnet/SubnetId")
        };
        let (a, b) = ("eu-central-1a", "eu-central-1b");
        let public = [subnet("10.0.3.0/24", a), subnet("10.0.4.0/24", b)];
        let private = [subnet("10.0.1.0/24", a), subnet("10.0.2.0/24", b)];
        let table = self.made("ec2", "create_route_table", json!({ "VpcId": vpc }), "/RouteTable/RouteTableId");
        let out = json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway });
        self.world.call("ec2", "create_route", out);
        for subnet in &public {
            let associate = json!({ "RouteTableId": table, "SubnetId": subnet });
            self.world.call("ec2", "associate_route_table", associate);
        }
        let group = json!({ "VpcId": vpc, "GroupName": "mwaa", "Description": "mwaa" });
        let group = self.made("ec2", "create_security_group", group, "/GroupId");
        let https = json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "203.0.113.7/32" }] }]);
        let inbound = json!({ "GroupId": group, "IpPermissions": https });
        self.world.call("ec2", "authorize_security_group_ingress", inbound);
        json!({
            "vpc_id": vpc, "cidr": "10.0.0.0/16", "zones": [a, b], "internet_gateway_id": gateway,
            "public_subnet_ids": public, "private_subnet_ids": private,
            "route_table_ids": { "public": table }, "security_group_id": group,
        })
    }

    /// The two roles, with the rights that the published ones have; those on single things are given on everything.
    fn published_roles(&self) -> Value {
        let role = |name: &str, services: &[&str], actions: &[&str]| {
            let wish = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust(services) });
            let arn = self.made("iam", "create_role", wish, "/Role/Arn");
            let policy = json!({ "PolicyName": format!("{name}_policy"), "PolicyDocument": allow(actions) });
            let policy = self.made("iam", "create_policy", policy, "/Policy/Arn");
            self.world.call("iam", "attach_role_policy", json!({ "RoleName": name, "PolicyArn": policy }));
            arn
        };
        let airflow = role(
            "mwaa_execution_role",
            &["airflow.amazonaws.com", "airflow-env.amazonaws.com"],
            &[
                "airflow:PublishMetrics",
                "s3:GetObject*",
                "s3:GetBucket*",
                "s3:List*",
                "s3:GetAccountPublicAccessBlock",
                "logs:*",
                "cloudwatch:PutMetricData",
                "sqs:*",
                "kms:*",
                "glue:GetJob",
                "glue:StartJobRun",
                "glue:GetJobRun",
                "glue:GetCrawler",
                "glue:StartCrawler",
            ],
        );
        let glue = role(
            "glue_execution_role",
            &["glue.amazonaws.com"],
            &["s3:GetObject", "s3:PutObject", "s3:ListBucket", "glue:*", "logs:*", "cloudwatch:*"],
        );
        json!({ "role_arns": { "airflow": airflow, "glue": glue } })
    }

    /// The bucket of the console version: open, without versions, its history at the root.
    fn published_bucket(&self) -> Value {
        let bucket = "driven-data-bucket";
        let here = json!({ "LocationConstraint": "eu-central-1" });
        self.world.call("s3", "create_bucket", json!({ "Bucket": bucket, "CreateBucketConfiguration": here }));
        let put = |key: &str| {
            self.world.call("s3", "put_object", json!({ "Bucket": bucket, "Key": key, "Body": "x" }));
        };
        ["batch_2024-09-14.csv", "dags/driven_data_pipeline.py", "requirements.txt"].iter().for_each(|key| put(key));
        json!({ "bucket": bucket, "arn": format!("arn:aws:s3:::{bucket}"), "files": {} })
    }
}

#[test]
fn seeds_000_and_001_as_published_are_named_bug_by_bug() {
    let site = Site::new(&[]);
    let mut document = strata_tests::pipeline();
    document["net"] = site.published_network();
    document["iam"] = site.published_roles();
    document["storage"] = site.published_bucket();
    document["pipeline"]["storage"]["bucket"] = json!("driven-data-bucket");
    // The Terraform's names of jobs and crawlers.
    let transforms = document["pipeline"]["transforms"].as_array().unwrap().clone();
    let job = |name: &str| json!({ "name": format!("{name}_glue"), "engine": "native" });
    let jobs = transforms.iter().map(|transform| transform["name"].as_str().unwrap());
    document["jobs"] =
        json!({ "jobs": jobs.map(|name| (name, job(name))).collect::<std::collections::BTreeMap<_, _>>() });

    let findings = site.caught("seeds 000 and 001", &document, "has no way out", "egress to `nat`");
    let all: Vec<&str> = findings.iter().map(|finding| finding["what"].as_str().unwrap()).collect();
    for (bug, what) in [
        ("d01", "starts the job staging_dim_address, which `jobs` has not created"),
        ("d03", "role mwaa_execution_role may not s3:PutObject on arn:aws:s3:::driven-data-bucket/data/raw/*"),
        ("d04", "role glue_execution_role may not s3:DeleteObject on"),
        ("d05", "(private-1) has no way out"),
        ("d05", "(private-2) has no way out"),
        ("d06", "has no inbound rule for its own members"),
        ("d21", "bucket driven-data-bucket keeps no versions"),
        ("d21", "bucket driven-data-bucket does not block public access"),
        ("d22", "no table reads s3://driven-data-bucket/batch_2024-09-14.csv"),
        ("e02", "the environment would come up without a DAG"),
    ] {
        assert!(all.iter().any(|finding| finding.contains(what)), "{bug}: {all:#?}");
    }
    assert_eq!(all.len(), 9 + transforms.len(), "these and no others: {all:#?}");
    let plan = layer("airflow", &["plan"], &document.to_string(), &site.endpoint.env());
    assert_eq!(parse(&plan.stdout)["findings"].as_array().unwrap(), &findings, "the same in the same order");
}
