"""Weather at the local endpoint, as boto3 sees it. Each function is one check; arguments name those to run.

Nothing is tried again behind the checks' backs: each call is one request.
"""

import json
import os
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from common import REGION, TRUST, main, unique, until

URL = os.environ["AWS_ENDPOINT_URL"]
ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=20, s3={"addressing_style": "path"})


def client(service):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=URL, region_name=REGION, config=ONCE, **keys)


ec2, s3, iam, glue, logs, kms, mwaa, athena, sts, serverless = (
    client(name) for name in ("ec2", "s3", "iam", "glue", "logs", "kms", "mwaa", "athena", "sts", "mwaa-serverless")
)


def admin(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + path, data=data)) as answer:
        return json.loads(answer.read())


def weather(**settings):
    admin("/_local/weather", settings)


def report():
    return admin("/_local/weather")


def struck():
    return [(one["operation"], one["kind"]) for one in report()["struck"]]


def outcome(call, **arguments):
    """The code of AWS's error and the status; `cut` without an answer; None when it went well."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    except HTTPClientError as error:
        return type(error).__name__
    return None


def vpcs():
    return len(ec2.describe_vpcs()["Vpcs"])


def kinds():
    """Each kind does what it says: the answer, and whether the work was done."""
    cases = {
        "fail": ((5, 0), 0),
        "lost": ((5, 0), 1),
        "cut": ("ConnectionClosedError", 1),
        "cut_before": ("ConnectionClosedError", 0),
        "throttle": (("RequestLimitExceeded", 503), 0),
        "error": (("VpcLimitExceeded", 409), 0),
    }
    for kind, (wanted, made) in cases.items():
        more = {"code": "VpcLimitExceeded", "message": "no more", "status": 409} if kind == "error" else {}
        before = vpcs()
        weather(faults=[{"service": "ec2", "operation": "CreateVpc", "nth": 2, "kind": kind, **more}])
        create = lambda: outcome(ec2.create_vpc, CidrBlock="10.0.0.0/16")
        assert create() is None, f"{kind}: the first call is not meant"
        got = create()
        if wanted == (5, 0):
            assert got[1] in (500, 503), (kind, got)
        else:
            assert got == wanted, (kind, got)
        assert create() is None, f"{kind}: a fault strikes once"
        found = report()
        assert (found["mutating"], found["calls"], found["held"]) == (3, 3, 0), found
        assert [(one["service"], one["operation"], one["kind"]) for one in found["struck"]] == [("ec2", "CreateVpc", kind)]
        assert vpcs() - before == 2 + made, kind
        log = admin("/_local/requests")
        entry = next(one for one in log if one["n"] == found["struck"][0]["n"])
        assert entry["weather"] == kind and entry["operation"] == "CreateVpc", entry


def counted():
    """`mutating` counts the calls that change something, of whatever service."""
    weather(faults=[{"mutating": 2, "kind": "fail"}])
    name = unique("counted")
    ec2.describe_vpcs()
    assert outcome(iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST)) is None
    assert outcome(iam.get_role, RoleName=name) is None
    assert outcome(iam.delete_role, RoleName=name)[1] >= 500
    assert struck() == [("DeleteRole", "fail")]
    assert iam.get_role(RoleName=name)["Role"]["RoleName"] == name
    weather()
    assert report()["struck"] == [] and report()["calls"] == 0


def bodies():
    """An object that is still being sent: the answer is read, and what was sent is there or is not."""
    name = unique("bodies")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    done = {"fail": False, "lost": True, "cut": True, "cut_before": False, "throttle": False}
    for kind in done:
        weather(faults=[{"operation": "PutObject", "kind": kind}])
        got = outcome(s3.put_object, Bucket=name, Key=kind, Body=b"x" * 3_000_000)
        assert got == ("SlowDown", 503) if kind == "throttle" else got is not None, (kind, got)
    weather()
    listed = {one["Key"] for one in s3.list_objects_v2(Bucket=name)["Contents"]}
    assert listed == {kind for kind, is_there in done.items() if is_there}, listed


def words():
    """Throttling and server errors are those of each service, in its own protocol."""
    calls = {
        "s3": (s3.list_buckets, {}, "ListBuckets", "SlowDown"),
        "iam": (iam.list_roles, {}, "ListRoles", "Throttling"),
        "glue": (glue.get_databases, {}, "GetDatabases", "ThrottlingException"),
        "athena": (athena.list_work_groups, {}, "ListWorkGroups", "ThrottlingException"),
        "logs": (logs.describe_log_groups, {}, "DescribeLogGroups", "ThrottlingException"),
        "kms": (kms.list_keys, {}, "ListKeys", "ThrottlingException"),
        "airflow": (mwaa.list_environments, {}, "ListEnvironments", "ThrottlingException"),
        "airflow-serverless": (serverless.list_workflows, {}, "ListWorkflows", "ThrottlingException"),
    }
    for service, (call, arguments, operation, code) in calls.items():
        fault = {"service": service, "operation": operation}
        weather(faults=[{**fault, "kind": "throttle"}, {**fault, "nth": 2, "kind": "fail"}])
        assert outcome(call, **arguments)[0] == code, service
        got = outcome(call, **arguments)
        assert got[1] >= 500 and not got[0].isdigit(), (service, got)
        assert outcome(call, **arguments) is None, service
    start = {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": "s3://nowhere/"}}
    weather(faults=[{"operation": "StartQueryExecution", "kind": "throttle"}])
    assert outcome(athena.start_query_execution, **start) == ("TooManyRequestsException", 400)


def airflow():
    """The checks of Airflow environments, which know how to make one in good weather."""
    weather()
    # They would run those that are named on the command line.
    del sys.argv[1:]
    import mwaa

    return mwaa


def workflows():
    """Runs get through bad weather: their tasks ask again, and are tried again. A new role cannot be used at once."""
    weather()
    del sys.argv[1:]
    import serverless as good

    where, job, crawler, _ = good.transform()
    again = {"retries": 3, "retry_delay": 1}
    raw = f"s3://{where}/data/raw/*.csv"
    tasks = {
        "wait": {"operator": good.S3_KEY, "bucket_key": raw, "wildcard_match": True, **again},
        "job": {"operator": good.JOB, "job_name": job, "dependencies": ["wait"], **again},
        "crawl": {"operator": good.CRAWLER, "config": {"Name": crawler}, "dependencies": ["job"], **again},
    }
    arn = good.create(good.dag(tasks))
    strikes = set()
    for seed in range(1, 9):
        weather(seed=seed, minute_ms=10)
        run = good.start(arn)
        state = good.ended(arn, run)["RunState"]
        strikes |= {operation for operation, _ in struck()}
        weather()
        assert state == "SUCCESS", (seed, good.tries(arn, run))
    # A call that is struck is made again by the same try: there is no second one.
    once = {name: {**task, "retries": 0} for name, task in tasks.items()}
    arn = good.create(good.dag(once))
    asked = [("sts", "AssumeRole"), ("s3", "ListObjectsV2"), ("glue", "GetJob"), ("glue", "GetJobRun"), ("glue", "GetCrawler")]
    faults = [{"service": service, "operation": operation} for service, operation in asked]
    weather(faults=[{**one, "kind": "throttle"} for one in faults] + [{**one, "nth": 2, "kind": "cut"} for one in faults])
    run = good.start(arn)
    assert good.ended(arn, run)["RunState"] == "SUCCESS", good.tries(arn, run)
    assert len(struck()) == 2 * len(asked), struck()
    weather()
    # The calls of the tasks have been struck before, too.
    assert strikes & {"StartJobRun", "GetJobRun", "StartCrawler", "GetCrawler", "GetJob", "ListObjectsV2"}, strikes
    place, refused = good.upload(good.dag(tasks), where), 0
    weather(seed=3, minute_ms=50, strikes=False)
    for at in range(10):
        name = unique("role")
        trust = json.dumps(TRUST).replace("glue.", "airflow-serverless.")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        create = lambda: outcome(serverless.create_workflow, Name=name, RoleArn=role, DefinitionS3Location=place)
        got = create()
        assert got in (None, ("ValidationException", 400)), got
        refused += got is not None
        until("the workflow", lambda: got is None or create() is None)
    assert 3 <= refused < 10, refused


def script():
    """A day of calls, one after the other, whose outcomes do not matter."""
    for at in range(60):
        outcome(ec2.create_vpc, CidrBlock="10.0.0.0/16")
        outcome(ec2.describe_vpcs)
        outcome(iam.create_role, RoleName=f"role-{at}", AssumeRolePolicyDocument=json.dumps(TRUST))
        outcome(s3.put_bucket_versioning, Bucket="nowhere", VersioningConfiguration={"Status": "Enabled"})
        outcome(glue.delete_crawler, Name="nothing")
        outcome(sts.get_caller_identity)


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
    weather(seed=11, minute_ms=150, strikes=False)
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
    assert time.monotonic() - begun >= 3, "20 minutes are 3 s here"
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


def reset():
    """A reset forgets things and their windows; the weather stays."""
    weather(seed=3, minute_ms=600_000, strikes=False)
    name = "the-same-name"
    create = lambda: outcome(s3.create_bucket, Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    for at in range(20):
        assert create() is None
        s3.delete_bucket(Bucket=name)
        if create() is not None:
            break
        s3.delete_bucket(Bucket=name)
    assert create() == ("OperationAborted", 409), "no window was open for so long"
    admin("/_local/reset", {})
    assert create() is None
    assert report()["weather"]["seed"] == 3


if __name__ == "__main__":
    main(globals())
