"""The checker of requests must be able to fail: for each protocol a right request that it takes, and wrong ones that it does not."""

import pathlib
import sys
import tempfile
import unittest
import urllib.parse

import boto3
import botocore.config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/record"))
import calls
import check_requests

SETTINGS = botocore.config.Config(parameter_validation=False, inject_host_prefix=False)


class Sent(Exception):
    """Instead of sending."""


def sent(service, operation, **params):
    """The call that botocore would send, as the endpoint records it."""
    client = boto3.client(
        service, "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b", config=SETTINGS, endpoint_url="http://localhost"
    )
    requests = []

    def stop(request, **_):
        requests.append(request)
        raise Sent

    client.meta.events.register("before-send", stop)
    try:
        client._make_api_call(operation, params)
    except Sent:
        pass
    request = requests[0]
    url = urllib.parse.urlsplit(request.url)
    texts = {key.lower(): value.decode() if isinstance(value, bytes) else value for key, value in request.headers.items()}
    dull = ("x-amz-date", "x-amz-content-sha256")
    headers = {key: value for key, value in texts.items() if key.startswith("x-amz-") and key not in dull}
    # The record leaves out what an object holds.
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    body = body if isinstance(body, str) else None
    signing = client.meta.service_model.signing_name
    return calls.Call(signing, operation, 200, None, "test", "up", "eu-central-1", request.method, url.path, url.query, headers, body, "")


TAGS = [{"Key": "strata:pipeline", "Value": "p"}]
ROLE = {"RoleName": "p-dev-glue", "Path": "/strata/p/dev/", "AssumeRolePolicyDocument": "{}", "Tags": TAGS}
VPC = {"CidrBlock": "10.0.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": TAGS}]}
JOB = {"Name": "j", "Role": "r", "Command": {"Name": "glueetl"}, "WorkerType": "G.1X", "Tags": {"strata:pipeline": "p"}}
GROUP = {"logGroupName": "/strata/lock/p/dev/net/1", "tags": {"strata:pipeline": "p"}}
ENVIRONMENT = {
    "Name": "p-dev-airflow",
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/x",
    "SourceBucketArn": "arn:aws:s3:::b",
    "DagS3Path": "dags",
    "NetworkConfiguration": {"SubnetIds": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"], "SecurityGroupIds": ["sg-0a1b2c3d"]},
    "Schedulers": 2,
}
RULE = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 3}}
LIFECYCLE = {"Bucket": "b", "LifecycleConfiguration": {"Rules": [RULE, RULE]}}


class Checker(unittest.TestCase):
    def takes(self, service, operation, params):
        call = sent(service, operation, **params)
        self.assertEqual(check_requests.violations(call), [])
        return call

    def refuses(self, service, operation, params, why):
        found = check_requests.violations(sent(service, operation, **params))
        self.assertTrue(any(why in violation for violation in found), f"{why} is not in {found}")

    def changed(self, call, violation, **fields):
        found = check_requests.violations(calls.dataclasses.replace(call, **fields))
        self.assertTrue(any(violation in line for line in found), f"{violation} is not in {found}")

    def test_query(self):
        call = self.takes("iam", "CreateRole", ROLE)
        self.refuses("iam", "CreateRole", ROLE | {"RoleName": "not a name"}, "does not match")
        self.refuses("iam", "CreateRole", ROLE | {"RoleName": "x" * 65}, "is 65 characters; AWS takes 1 to 64")
        self.refuses("iam", "CreateRole", {"RoleName": "x"}, "AssumeRolePolicyDocument")
        self.refuses("iam", "UpdateRole", {"RoleName": "x", "MaxSessionDuration": 60}, "is 60")
        self.changed(call, "AWS does not know Tags.member.1.Kez", body=call.body.replace("1.Key", "1.Kez"))

    def test_ec2(self):
        call = self.takes("ec2", "CreateVpc", VPC)
        self.assertIn("TagSpecification.1.Tag.1.Key", call.body)
        self.refuses("ec2", "CreateSubnet", {"CidrBlock": "10.0.0.0/24"}, "VpcId")
        wrong = VPC | {"TagSpecifications": [{"ResourceType": "vpn", "Tags": TAGS}]}
        self.refuses("ec2", "CreateVpc", wrong, "is 'vpn'; AWS knows")
        self.refuses("ec2", "DescribeVpcs", {"MaxResults": 5000}, "is 5000")
        self.changed(call, "AWS does not know CidrBloc", body=call.body.replace("CidrBlock", "CidrBloc"))

    def test_json(self):
        call = self.takes("glue", "CreateJob", JOB)
        self.takes("logs", "CreateLogGroup", GROUP)
        self.refuses("glue", "CreateJob", JOB | {"Name": "a\tb" * 100}, "is 300 characters")
        self.refuses("glue", "CreateJob", JOB | {"ExecutionClass": "CHEAP"}, "AWS knows FLEX, STANDARD")
        self.refuses("glue", "CreateJob", JOB | {"Timeout": 0}, "is 0")
        self.refuses("logs", "CreateLogGroup", {"logGroupName": "a b"}, "does not match")
        self.refuses("athena", "StartQueryExecution", {"WorkGroup": "w"}, "QueryString")
        self.changed(call, "AWS does not know Rolle", body=call.body.replace('"Role"', '"Rolle"'))
        self.changed(call, "AWS has no operation glue:MakeJob", operation="MakeJob")

    def test_rest_json(self):
        call = self.takes("mwaa", "CreateEnvironment", ENVIRONMENT)
        self.takes("mwaa", "ListEnvironments", {"MaxResults": 25})
        # Airflow's own words are any JSON; the path has a limit of AWS's.
        ask = {"Name": "x", "Method": "POST", "Path": "/dags/d/dagRuns", "Body": {"conf": {"a": [1]}}, "QueryParameters": {"b": 2}}
        self.takes("mwaa", "InvokeRestApi", ask)
        self.refuses("mwaa", "InvokeRestApi", ask | {"Path": "/" * 65}, "is 65 characters; AWS takes 1 to 64")
        self.refuses("mwaa", "CreateEnvironment", ENVIRONMENT | {"Name": "1st"}, "does not match")
        self.refuses("mwaa", "CreateEnvironment", ENVIRONMENT | {"Schedulers": 6}, "is 6")
        self.refuses("mwaa", "CreateEnvironment", {"Name": "x"}, "DagS3Path")
        self.refuses("mwaa", "CreateEnvironment", ENVIRONMENT | {"WebserverAccessMode": "OPEN"}, "AWS knows PRIVATE_ONLY")
        self.refuses("mwaa", "ListEnvironments", {"MaxResults": 26}, "is 26")
        self.changed(call, "AWS does not know Subnets", body=call.body.replace('"DagS3Path"', '"Subnets"'))
        self.changed(call, "the query parameter x", query="x=1")

    def test_rest_xml(self):
        call = self.takes("s3", "PutBucketLifecycleConfiguration", LIFECYCLE)
        put = self.takes("s3", "PutObject", {"Bucket": "b", "Key": "a/b c", "Metadata": {"strata-env": "dev"}, "Body": b"x"})
        self.takes("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "a/", "MaxKeys": 10})
        self.takes("s3", "PutBucketTagging", {"Bucket": "b", "Tagging": {"TagSet": TAGS}})
        off = {"Bucket": "b", "VersioningConfiguration": {"Status": "On"}}
        self.refuses("s3", "PutBucketVersioning", off, "AWS knows Enabled, Suspended")
        self.refuses("s3", "CreateBucket", {"Bucket": "b", "ACL": "open"}, "is 'open'; AWS knows")
        self.changed(call, "AWS does not know Rule.Statu", body=call.body.replace("Status>", "Statu>"))
        self.changed(put, "the header x-amz-stage", headers=put.headers | {"x-amz-stage": "x"})
        self.changed(put, "the path /b", path="/b")

    def test_a_record_is_needed(self):
        with tempfile.TemporaryDirectory() as empty, self.assertRaisesRegex(SystemExit, "run the tests first"):
            calls.ours([empty])


if __name__ == "__main__":
    unittest.main()
