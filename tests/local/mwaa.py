"""Airflow environments on the local endpoint, as boto3 sees them. Each function is one check; arguments name those to run."""

import json
import time

from common import REGION, client, main, put, refused, s3, unique

mwaa, ec2, iam, logs = (client(name) for name in ("mwaa", "ec2", "iam", "logs"))
PRINCIPALS = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]
BLOCKED = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]


def bucket(versioned=True, blocked=True):
    name = unique("dags")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if blocked:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={flag: True for flag in BLOCKED})
    return name


def role(where, principals=PRINCIPALS, actions=("s3:GetObject*", "s3:List*")):
    name = unique("mwaa")
    trust = {"Effect": "Allow", "Principal": {"Service": principals}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": list(actions), "Resource": [f"arn:aws:s3:::{where}", f"arn:aws:s3:::{where}/*"]}
    document = lambda statement: json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="bucket", PolicyDocument=document(may))
    return arn


def network(way_out=True, self_rule=True, zones="ab"):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = lambda at, zone: ec2.create_subnet(
        VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"{REGION}{zone}"
    )["Subnet"]["SubnetId"]
    private = [subnet(1, zones[0]), subnet(2, zones[1])]
    group = ec2.create_security_group(GroupName="airflow", Description="airflow", VpcId=vpc)["GroupId"]
    if self_rule:
        rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    if way_out:
        public = subnet(3, "a")
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        for one in private:
            ec2.associate_route_table(RouteTableId=table, SubnetId=one)
    return {"SubnetIds": private, "SecurityGroupIds": [group]}


def wish(where=None, **changes):
    where = where or bucket()
    plain = {
        "Name": unique("env"),
        "SourceBucketArn": f"arn:aws:s3:::{where}",
        "DagS3Path": "dags",
        "EnvironmentClass": "mw1.micro",
    }
    whole = {**plain, **changes}
    whole.setdefault("ExecutionRoleArn", role(where))
    whole["NetworkConfiguration"] = whole.get("NetworkConfiguration") or network()
    return whole


def settled(name):
    deadline = time.time() + 20
    while time.time() < deadline:
        try:
            environment = mwaa.get_environment(Name=name)["Environment"]
        except mwaa.exceptions.ResourceNotFoundException:
            return None
        if not environment["Status"].endswith("ING"):
            return environment
        time.sleep(0.02)
    raise AssertionError(f"{name} stays {environment['Status']}")


def fails_opaquely(made):
    mwaa.create_environment(**made)
    environment = settled(made["Name"])
    assert environment["Status"] == "CREATE_FAILED", environment
    error = environment["LastUpdate"]["Error"]
    assert error["ErrorCode"] == "INCORRECT_CONFIGURATION"
    assert "VPC networking components" in error["ErrorMessage"]
    mwaa.delete_environment(Name=made["Name"])
    assert settled(made["Name"]) is None


def d05_no_way_out():
    fails_opaquely(wish(NetworkConfiguration=network(way_out=False)))


def d06_no_self_rule():
    fails_opaquely(wish(NetworkConfiguration=network(self_rule=False)))


def d07_requirements_not_there():
    needs = "RequirementsS3ObjectVersion is required"
    refused("ValidationException", needs, mwaa.create_environment, **wish(RequirementsS3Path="requirements.txt"))
    made = wish(RequirementsS3Path="requirements.txt", RequirementsS3ObjectVersion="none")
    refused("ValidationException", "requirements.txt", mwaa.create_environment, **made)


def d21_bucket():
    open_one = bucket(blocked=False)
    words = f"Provided bucket does not have BlockPublicAccess set for s3 bucket {open_one}"
    refused("ValidationException", words, mwaa.create_environment, **wish(open_one))
    refused("ValidationException", "Versioning", mwaa.create_environment, **wish(bucket(versioned=False)))


def roles():
    where = bucket()
    poor = wish(where, ExecutionRoleArn=role(where, actions=["s3:PutObject"]))
    words = f"Provided role does not have sufficient permissions for s3 location {where}/dags"
    refused("ValidationException", words, mwaa.create_environment, **poor)
    half = wish(where, ExecutionRoleArn=role(where, principals=PRINCIPALS[:1]))
    refused("ValidationException", "airflow-env.amazonaws.com", mwaa.create_environment, **half)


def requests():
    one_zone = wish(NetworkConfiguration=network(zones="aa"))
    refused("ValidationException", "different availability zones", mwaa.create_environment, **one_zone)
    refused("ValidationException", "'name'", mwaa.create_environment, **wish(Name="1st"))
    refused("ValidationException", "environmentClass", mwaa.create_environment, **wish(EnvironmentClass="huge"))
    refused("ResourceNotFoundException", "missing", mwaa.get_environment, Name="missing")


def life():
    where = bucket()
    put(where, "requirements.txt", "")
    version = s3.head_object(Bucket=where, Key="requirements.txt")["VersionId"]
    made = wish(where, RequirementsS3Path="requirements.txt", RequirementsS3ObjectVersion=version, Tags={"a": "b"})
    name = made["Name"]
    made["LoggingConfiguration"] = {"TaskLogs": {"Enabled": True, "LogLevel": "INFO"}}
    arn = mwaa.create_environment(**made)["Arn"]
    refused("ValidationException", "CREATING", mwaa.update_environment, Name=name, DagS3Path="dags")
    assert name in mwaa.list_environments()["Environments"]
    environment = settled(name)
    assert environment["Status"] == "AVAILABLE" and environment["LastUpdate"]["Status"] == "SUCCESS"
    groups = logs.describe_log_groups(logGroupNamePrefix=f"airflow-{name}-")["logGroups"]
    assert [group["logGroupName"] for group in groups] == [f"airflow-{name}-Task"]

    subnet = made["NetworkConfiguration"]["SubnetIds"][0]
    refused("DependencyViolation", "dependencies", ec2.delete_subnet, SubnetId=subnet)
    mwaa.update_environment(Name=name, AirflowConfigurationOptions={"core.x": "y"})
    assert settled(name)["AirflowConfigurationOptions"] == {"core.x": "y"}
    mwaa.tag_resource(ResourceArn=arn, Tags={"c": "d"})
    mwaa.untag_resource(ResourceArn=arn, tagKeys=["a"])
    assert mwaa.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"c": "d"}
    assert mwaa.create_cli_token(Name=name)["WebServerHostname"].endswith("airflow.amazonaws.com")
    refused("RestApiServerException", "no Airflow", mwaa.invoke_rest_api, Name=name, Path="/dags", Method="GET")

    mwaa.delete_environment(Name=name)
    assert settled(name) is None
    assert logs.describe_log_groups(logGroupNamePrefix=f"airflow-{name}-")["logGroups"], "AWS leaves the log groups"
    ec2.delete_subnet(SubnetId=subnet)


main(globals())
