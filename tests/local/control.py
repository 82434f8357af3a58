"""S3, EC2, IAM and Athena workgroups on the local endpoint, as boto3 sees them. Each function is one check."""

import json

from common import REGION, athena, client, iam, main, refused, s3, unique

ec2 = client("ec2")


def nothing_at_first():
    assert ec2.describe_vpcs()["Vpcs"] == [] and ec2.describe_subnets()["Subnets"] == []


def buckets():
    name = f"{unique('b')}-123456789012-{REGION}-an"
    tags = [{"Key": "strata:env", "Value": "dev"}]
    configuration = {"LocationConstraint": REGION, "Tags": tags}
    s3.create_bucket(Bucket=name, BucketNamespace="account-regional", CreateBucketConfiguration=configuration)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags
    tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"}
    tls["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls]}))
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="a b/ț.txt", Body=b"x")
    assert s3.get_object(Bucket=name, Key="a b/ț.txt")["Body"].read() == b"x"
    s3.delete_object(Bucket=name, Key="a b/ț.txt")
    refused("BucketNotEmpty", "", s3.delete_bucket, Bucket=name)
    wrong = {"LocationConstraint": REGION}
    refused("InvalidBucketName", "", s3.create_bucket, Bucket="Not_A_Bucket", CreateBucketConfiguration=wrong)


def large_objects():
    name = unique("large")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    body = bytes(range(256)) * 40_000
    s3.put_object(Bucket=name, Key="x", Body=body)
    assert s3.get_object(Bucket=name, Key="x")["Body"].read() == body


def networks():
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "strata:id", "Value": "nat"}]}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    wish = {"SubnetId": subnet, "AllocationId": address, "ClientToken": unique("t"), "TagSpecifications": tags}
    nat = ec2.create_nat_gateway(**wish)["NatGateway"]["NatGatewayId"]
    assert ec2.create_nat_gateway(**wish)["NatGateway"]["NatGatewayId"] == nat, "the same token, the same gateway"
    named = lambda value: ec2.describe_nat_gateways(Filters=[{"Name": "tag:strata:id", "Values": [value]}])["NatGateways"]
    assert [one["NatGatewayId"] for one in named("nat")] == [nat] and named("other") == []
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)

    refused("DependencyViolation", "", ec2.delete_vpc, VpcId=vpc)
    refused("DependencyViolation", "", ec2.delete_subnet, SubnetId=subnet)
    refused("InvalidIPAddress.InUse", "", ec2.release_address, AllocationId=address)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert [route["State"] for route in routes if route.get("NatGatewayId")] == ["blackhole"]
    ec2.delete_route_table(RouteTableId=table)
    ec2.release_address(AllocationId=address)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


def groups():
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    make = lambda name: ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc)["GroupId"]
    one, two = make("one"), make("two")
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": one}]}
    made = ec2.authorize_security_group_ingress(GroupId=two, IpPermissions=[rule])["SecurityGroupRules"][0]
    refused("DependencyViolation", one, ec2.delete_security_group, GroupId=one)
    cidr = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "10.1.0.0/16"}
    change = {"SecurityGroupRuleId": made["SecurityGroupRuleId"], "SecurityGroupRule": cidr}
    ec2.modify_security_group_rules(GroupId=two, SecurityGroupRules=[change])
    found = ec2.describe_security_group_rules(SecurityGroupRuleIds=[made["SecurityGroupRuleId"]])["SecurityGroupRules"]
    assert found[0]["CidrIpv4"] == "10.1.0.0/16", found


def workgroups():
    name = unique("w")
    athena.create_work_group(Name=name, Configuration={"BytesScannedCutoffPerQuery": 10_000_000})
    athena.update_work_group(WorkGroup=name, ConfigurationUpdates={"BytesScannedCutoffPerQuery": 20_000_000})
    found = athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]
    assert found["BytesScannedCutoffPerQuery"] == 20_000_000
    athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
    refused("InvalidRequestException", "is not found", athena.get_work_group, WorkGroup=name)


def unknown_names():
    refused("NoSuchEntity", "missing", iam.get_role, RoleName="missing")
    refused("NotImplemented", "moto", iam.simulate_custom_policy, PolicyInputList=["{}"], ActionNames=["s3:GetObject"])


main(globals())
