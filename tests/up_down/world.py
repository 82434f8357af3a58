"""What boto3 sees of the pipeline, as JSON. Knows nothing of strata but the names that the pipeline gives."""

import json

import boto3

ec2, iam, s3 = boto3.client("ec2"), boto3.client("iam"), boto3.client("s3")
glue, athena, logs = boto3.client("glue"), boto3.client("athena"), boto3.client("logs")
mwaa = boto3.client("mwaa")


def bucket(name):
    def ask(call):
        return call(Bucket=name)

    return {
        "name": name,
        "versioning": ask(s3.get_bucket_versioning).get("Status"),
        "encryption": ask(s3.get_bucket_encryption)["ServerSideEncryptionConfiguration"]["Rules"][0][
            "ApplyServerSideEncryptionByDefault"
        ]["SSEAlgorithm"],
        "closed": all(ask(s3.get_public_access_block)["PublicAccessBlockConfiguration"].values()),
        "ownership": ask(s3.get_bucket_ownership_controls)["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        "tls_only": "aws:SecureTransport" in ask(s3.get_bucket_policy)["Policy"],
        "lifecycle": len(ask(s3.get_bucket_lifecycle_configuration)["Rules"]) > 0,
    }


def network():
    vpcs = [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    inside = [{"Name": "vpc-id", "Values": vpcs or ["none"]}]
    nats = ec2.describe_nat_gateways()["NatGateways"]
    groups = ec2.describe_security_groups(Filters=inside)["SecurityGroups"]
    return {
        "vpcs": len(vpcs),
        "subnets": len(ec2.describe_subnets(Filters=inside)["Subnets"]),
        "zones": len({subnet["AvailabilityZone"] for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]}),
        "nat_gateways": len([nat for nat in nats if nat["State"] == "available"]),
        "addresses": len(ec2.describe_addresses()["Addresses"]),
        "internet_gateways": len(
            [
                gateway
                for gateway in ec2.describe_internet_gateways()["InternetGateways"]
                if any(attachment["VpcId"] in vpcs for attachment in gateway["Attachments"]) or gateway["Tags"]
            ]
        ),
        "own_security_groups": len([group for group in groups if group["GroupName"] != "default"]),
        # A deleted one is listed for a while.
        "endpoints": len([end for end in ec2.describe_vpc_endpoints()["VpcEndpoints"] if end["State"] != "deleted"]),
    }


environments = mwaa.list_environments()["Environments"]
world = {
    "network": network(),
    "roles": sorted(role["RoleName"] for role in iam.list_roles()["Roles"] if not role["Path"].startswith("/aws-service")),
    "buckets": [bucket(found["Name"]) for found in s3.list_buckets()["Buckets"]],
    "databases": [database["Name"] for database in glue.get_databases()["DatabaseList"]],
    "crawlers": sorted(glue.list_crawlers()["CrawlerNames"]),
    "jobs": sorted(glue.list_jobs()["JobNames"]),
    "classifiers": len(glue.get_classifiers()["Classifiers"]),
    "workgroups": sorted(group["Name"] for group in athena.list_work_groups()["WorkGroups"] if group["Name"] != "primary"),
    "environments": [mwaa.get_environment(Name=name)["Environment"]["Status"] for name in environments],
    "environment_log_groups": len(logs.describe_log_groups(logGroupNamePrefix="airflow-")["logGroups"]),
}
print(json.dumps(world))
