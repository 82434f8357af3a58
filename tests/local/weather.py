"""Weather at the local endpoint, as boto3 sees it: what strikes a call. Each function is one check; arguments name those to run."""

import json
import os
import socket
import time

from common import REGION, TRUST, main, unique, until
from luck import admin, athena, ec2, glue, iam, kms, logs, mwaa, outcome, report, s3, serverless, struck, sts, vpcs, weather


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


def gone():
    """A client that goes while its call is under way: the call is done whole, at every keeper of a bucket, or not at all."""
    host, port = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://").split(":")
    wish = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    scope = f"Credential=AKID/20260101/{REGION}/s3/aws4_request, SignedHeaders=host, Signature=none"
    names = [unique("gone") for _ in range(60)]
    for turn, name in enumerate(names):
        head = [
            f"PUT /{name} HTTP/1.1",
            f"Host: {host}:{port}",
            f"Authorization: AWS4-HMAC-SHA256 {scope}",
            f"Content-Length: {len(wish)}",
        ]
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall("\r\n".join([*head, "", wish]).encode())
            # Each client goes a little later than the one before it: somewhere on the way the call is under way.
            time.sleep(turn / 5000)
    until("the end of the calls under way", lambda: not report()["under_way"])
    made = buckets()
    there = [name for name in names if name in made]
    assert len(there) > 5, f"{len(there)} calls were begun"
    for name in there:
        assert s3.put_object(Bucket=name, Key="key", Body=b"x")["ETag"], name


def buckets():
    """Names of all buckets."""
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


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


def workflows():
    """Runs get through bad weather: their tasks ask again, and are tried again. A new role cannot be used at once."""
    weather()
    # It makes a client that asks again.
    import workflows as good

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


main(globals())
