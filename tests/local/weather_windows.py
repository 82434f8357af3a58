"""Things that are not there yet, not ready, or not gone, in weather: the windows of each service. Each function is one check; arguments name
those to run.
"""

import json
import time

from botocore.exceptions import ClientError
from common import REGION, TRUST, main, unique, until
from luck import admin, airflow, ec2, glue, iam, kms, mwaa, outcome, s3, struck, vpcs, weather


def new_ids():
    """New things are unknown, unlisted or without tags for a while. All of that ends, and then nothing is missing."""
    admin("/_local/reset", {})
    weather(seed=7, minute_ms=100, strikes=False)
    seen = {"unknown": 0, "unlisted": 0, "untagged": 0}
    for at in range(25):
        mark = unique("vpc")
        tags = [{"Key": "mark", "Value": mark}]
        vpc = ec2.create_vpc(
            CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}]
        )["Vpc"]["VpcId"]
        got = outcome(ec2.describe_vpc_attribute, VpcId=vpc, Attribute="enableDnsSupport")
        assert got in (None, ("InvalidVpcID.NotFound", 400)), got
        seen["unknown"] += got is not None
        by_tag = lambda: ec2.describe_vpcs(Filters=[{"Name": "tag:mark", "Values": [mark]}])["Vpcs"]
        every = [one for one in ec2.describe_vpcs()["Vpcs"] if one["VpcId"] == vpc]
        seen["unlisted"] += not every
        seen["untagged"] += bool(every) and not every[0].get("Tags")
        until("the VPC with its tags", by_tag)
        until("the id to be known", lambda: outcome(ec2.delete_vpc, VpcId=vpc) is None)
    assert min(seen.values()) >= 2, seen
    assert {"not_found", "late"} <= {kind for _, kind in struck()}
    assert vpcs() == 0


def roles():
    """IAM does not find a new role, and Glue cannot assume it, in AWS's many words; then both can."""
    weather(seed=3, minute_ms=50, strikes=False)
    seen, unknown = set(), 0
    for at in range(30):
        name = unique("role")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        got = outcome(iam.get_role, RoleName=name)
        assert got in (None, ("NoSuchEntity", 404)), got
        unknown += got is not None

        def created():
            try:
                targets = {"S3Targets": [{"Path": "s3://b/x/"}]}
                glue.create_crawler(Name=name, Role=name, DatabaseName="d", Targets=targets)
            except ClientError as error:
                assert error.response["Error"]["Code"] == "InvalidInputException", error
                seen.add(error.response["Error"]["Message"].replace(name, "NAME"))
                return False
            return True

        until("the crawler", created)
        until("the role", lambda: outcome(iam.get_role, RoleName=name) is None)
    assert unknown >= 3 and len(seen) == 5, (unknown, seen)
    for part in ("provided role", "to access null", "Security Token Service", "(Service: ", "Lake Formation"):
        assert any(part in one for one in seen), part


def keys():
    """Parts of KMS do not know a new key, or what was changed about one, and say so now and then. All of that ends."""
    admin("/_local/reset", {})
    weather(seed=7, minute_ms=200, strikes=False)
    seen = {"unknown": 0, "unlisted": 0, "outdated": 0, "no alias": 0, "old alias": 0, "principal": 0}
    done = lambda call, **arguments: until(call.__name__, lambda: outcome(call, **arguments) is None)
    everywhere = lambda what, holds: until(what, lambda: all(holds() for _ in range(30)))
    for at in range(20):
        name = kms.create_key()["KeyMetadata"]["KeyId"]
        got = outcome(kms.describe_key, KeyId=name)
        assert got in (None, ("NotFoundException", 400)), got
        seen["unknown"] += got is not None
        listed = lambda: name in {one["KeyId"] for one in kms.list_keys(Limit=1000)["Keys"]}
        seen["unlisted"] += not listed()
        known = lambda: outcome(kms.get_key_rotation_status, KeyId=name) is None
        everywhere("the key to be known", known)
        everywhere("the key to be listed", listed)
        kms.enable_key_rotation(KeyId=name)
        on = lambda: kms.get_key_rotation_status(KeyId=name)["KeyRotationEnabled"]
        seen["outdated"] += not all(on() for _ in range(5))
        everywhere("the rotation", on)
        alias = f"alias/{name}"
        there = lambda: alias in {one["AliasName"] for one in kms.list_aliases(Limit=100)["Aliases"]}
        kms.create_alias(AliasName=alias, TargetKeyId=name)
        seen["no alias"] += not all(there() for _ in range(5))
        everywhere("the alias", there)
        kms.delete_alias(AliasName=alias)
        seen["old alias"] += any(there() for _ in range(5))
        everywhere("the alias to go", lambda: not there())
        role = unique("role")
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
        who = {"AWS": ["arn:aws:iam::123456789012:root", f"arn:aws:iam::123456789012:role/{role}"]}
        statement = {"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"}
        put = {"KeyId": name, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
        got = outcome(kms.put_key_policy, **put)
        assert got in (None, ("MalformedPolicyDocumentException", 400)), got
        seen["principal"] += got is not None
        done(kms.put_key_policy, **put)
    assert min(seen.values()) >= 2, seen
    assert {"not_found", "late", "role"} <= {kind for _, kind in struck()}


def buckets():
    """The name of a deleted bucket cannot be had again at once."""
    weather(seed=3, minute_ms=10, strikes=False)
    refused = 0
    for at in range(10):
        name = unique("again")
        create = lambda: outcome(
            s3.create_bucket, Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        assert create() is None
        s3.delete_bucket(Bucket=name)
        got = create()
        assert got in (None, ("OperationAborted", 409)), got
        refused += got is not None
        until("the bucket", lambda: got is None or create() is None)
        s3.delete_bucket(Bucket=name)
    assert 3 <= refused < 10, refused


def meanwhile(is_so, code, call, **arguments):
    """As long as it is so AWS answers this code. On a busy machine the time may be over before the call comes."""
    got = outcome(call, **arguments)
    if is_so():
        assert got is not None and got[0] == code, got


def gateways():
    """A NAT gateway and an endpoint are pending, available, deleting, deleted but listed, and at last not listed."""
    weather(seed=5, minute_ms=300, strikes=False)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    until("the VPC", lambda: outcome(ec2.describe_vpcs, VpcIds=[vpc]) is None)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    until("the subnet", lambda: outcome(ec2.describe_subnets, SubnetIds=[subnet]) is None)
    until("the address", lambda: outcome(ec2.describe_addresses, AllocationIds=[address]) is None)
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    assert nat["State"] == "pending", nat
    nat = nat["NatGatewayId"]

    def state():
        try:
            found = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NatGatewayNotFound", error
            return "gone"
        return found[0]["State"] if found else "gone"

    until("the NAT gateway", lambda: state() == "available")
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert state() == "deleting"
    deleting = lambda: state() == "deleting"
    meanwhile(deleting, "InvalidIPAddress.InUse", ec2.release_address, AllocationId=address)
    meanwhile(deleting, "DependencyViolation", ec2.delete_subnet, SubnetId=subnet)
    until("the NAT gateway to be deleted", lambda: state() == "deleted")
    released = lambda: outcome(ec2.describe_addresses, AllocationIds=[address]) is not None
    until("the address to go", lambda: released() or outcome(ec2.release_address, AllocationId=address) is None)
    gone = lambda: outcome(ec2.describe_subnets, SubnetIds=[subnet]) is not None
    until("the subnet to go", lambda: gone() or outcome(ec2.delete_subnet, SubnetId=subnet) is None)
    until("the NAT gateway to be gone", lambda: state() == "gone")

    service = f"com.amazonaws.{REGION}.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, VpcEndpointType="Gateway")["VpcEndpoint"]
    assert endpoint["State"] == "pending", endpoint
    listed = lambda: [one["State"] for one in ec2.describe_vpc_endpoints()["VpcEndpoints"]]
    until("the endpoint", lambda: listed() == ["available"])
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    assert listed() == ["deleting"]
    meanwhile(lambda: listed() == ["deleting"], "DependencyViolation", ec2.delete_vpc, VpcId=vpc)
    until("the endpoint to be deleted", lambda: listed() == ["deleted"])
    until("the endpoint to be gone", lambda: listed() == [])
    without = lambda: outcome(ec2.describe_vpcs, VpcIds=[vpc]) is not None
    until("the VPC to go", lambda: without() or outcome(ec2.delete_vpc, VpcId=vpc) is None)


def environments():
    """An environment comes slowly, perhaps after its role; AWS works on it now and then; it leaves interfaces behind."""
    local = airflow()
    wish = local.wish()
    network = wish["NetworkConfiguration"]
    weather(seed=11, minute_ms=400, strikes=False)
    name, seen = wish["Name"], []

    def status():
        try:
            found = mwaa.get_environment(Name=name)["Environment"]["Status"]
        except mwaa.exceptions.ResourceNotFoundException:
            found = "gone"
        if seen[-1:] != [found]:
            seen.append(found)
        return found

    begun = time.monotonic()
    mwaa.create_environment(**wish)
    until("the environment", lambda: status() == "AVAILABLE")
    assert time.monotonic() - begun >= 8, "20 minutes are 8 s here"
    until("the deletion to be taken", lambda: outcome(mwaa.delete_environment, Name=name) is None)
    until("the environment to be deleted", lambda: status() == "DELETED")
    meanwhile(lambda: status() == "DELETED", "ValidationException", mwaa.delete_environment, Name=name)
    until("the environment to be gone", lambda: status() == "gone")
    subnet = network["SubnetIds"][0]
    assert outcome(ec2.delete_subnet, SubnetId=subnet) == ("DependencyViolation", 400)
    assert outcome(ec2.delete_security_group, GroupId=network["SecurityGroupIds"][0]) == ("DependencyViolation", 400)
    until("the interfaces to go", lambda: outcome(ec2.delete_subnet, SubnetId=subnet) is None)
    order = [one for one in seen if one != "MAINTENANCE"]
    assert order in (
        ["CREATING", "AVAILABLE", "DELETING", "DELETED", "gone"],
        ["CREATING", "AVAILABLE", "AVAILABLE", "DELETING", "DELETED", "gone"],
    ), seen


def maintenance():
    """In some weather AWS works on an environment, and takes no change of it meanwhile."""
    local = airflow()
    wish = local.wish()
    for seed in range(1, 40):
        weather(seed=seed, minute_ms=20, strikes=False)
        name = unique("env")
        until("the creation", lambda: outcome(mwaa.create_environment, **{**wish, "Name": name}) is None)
        status = lambda: mwaa.get_environment(Name=name)["Environment"]["Status"]
        until("the environment", lambda: status() == "AVAILABLE")
        end = time.monotonic() + 0.15
        while time.monotonic() < end:
            if status() == "MAINTENANCE":
                got = outcome(mwaa.update_environment, Name=name, MinWorkers=1)
                assert got == ("ValidationException", 400), got
                until("its end", lambda: status() == "AVAILABLE")
                return
    raise AssertionError("no maintenance under 40 seeds")


def create_failed():
    """On request an environment does not come up, and MWAA does not say why."""
    local = airflow()
    wish = local.wish()
    weather(mwaa="create_failed")
    local.fails_opaquely(wish)
    weather()
    local.mwaa.create_environment(**wish)
    assert local.settled(wish["Name"])["Status"] == "AVAILABLE"


main(globals())
