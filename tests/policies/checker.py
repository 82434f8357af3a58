"""The check of policies must be able to fail: a call that nothing covers, a right that nothing uses, a table that AWS does not know."""

import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/record"))
import calls
import check_policies
import needs
import policies
import rights
import sources
import table


def call(service, operation, body="", program="net", verb="up", **fields):
    known = dict(status=200, code=None, region="eu-central-1", method="POST", path="/", query="", headers={}, file="")
    return calls.Call(service, operation, program=program, verb=verb, body=body, **(known | fields))


def json_call(operation, body, program="jobs"):
    return call("glue", operation, body, program, headers={"x-amz-target": f"AWSGlue.{operation}"})


def of(*some):
    """The policy that some calls need, as lines, and the gaps."""
    policy = policies.Policy()
    for one in some:
        policy.add(one)
    return set(check_policies.flat(policy.document())), policy.gaps


TAGS = "TagSpecification.1.ResourceType=vpc" + "".join(
    f"&TagSpecification.1.Tag.{n}.Key=strata:{key}&TagSpecification.1.Tag.{n}.Value=x" for n, key in [(1, "pipeline"), (2, "env")]
)


class Checker(unittest.TestCase):
    def test_a_call_asks_for_its_rights(self):
        lines, gaps = of(call("ec2", "CreateVpc", "Action=CreateVpc&CidrBlock=10.0.0.0/16&" + TAGS))
        self.assertEqual(gaps, set())
        self.assertTrue(any(line.startswith("ec2:CreateVpc on arn:${partition}:ec2:${region}:${account}:vpc/* if") for line in lines))
        self.assertTrue(any(line.startswith("ec2:CreateTags on ") and "CreateVpc" in line for line in lines))
        # Nothing about subnets is asked for.
        self.assertFalse(any("subnet" in line.split(" if ")[0] for line in lines))

    def test_a_create_without_our_tags_is_found(self):
        _, gaps = of(call("ec2", "CreateVpc", "Action=CreateVpc&CidrBlock=10.0.0.0/16"))
        self.assertEqual(gaps, {"ec2:CreateVpc: it gives no tag strata:env and no tag strata:pipeline, and ec2:CreateVpc asks for it"})

    def test_a_call_that_no_statement_covers_is_found(self):
        _, gaps = of(call("ec2", "RunInstances", "Action=RunInstances&MaxCount=1&MinCount=1"))
        self.assertEqual(gaps, {"ec2:RunInstances: no statement of rights.py has ec2:RunInstances"})

    def test_a_resource_that_no_statement_covers_is_found(self):
        body = '{"logGroupName": "/aws/lambda/others"}'
        _, gaps = of(call("logs", "DeleteLogGroup", body, headers={"x-amz-target": "Logs_20140328.DeleteLogGroup"}))
        self.assertEqual(len(gaps), 1)
        self.assertIn("gives logs:DeleteLogGroup on arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/others", gaps.pop())

    def test_roles_are_passed_and_pinned(self):
        lines, gaps = of(json_call("CreateJob", '{"Name": "j", "Role": "r", "Tags": {"strata:pipeline": "p", "strata:env": "e"}}'))
        self.assertEqual(gaps, set())
        passed = [line for line in lines if line.startswith("iam:PassRole")]
        self.assertEqual(len(passed), 1)
        self.assertIn('"iam:PassedToService": "glue.amazonaws.com"', passed[0])
        self.assertTrue(any(line.startswith("glue:TagResource on arn:${partition}:glue:${region}:${account}:job/${job}") for line in lines))
        self.assertFalse(any("crawler" in line for line in lines))

    def test_versions_have_rights_of_their_own(self):
        body = '<Delete><Object><Key>dags/x.py</Key><VersionId>1</VersionId></Object></Delete>'
        delete = call("s3", "DeleteObjects", body, "storage", path="/bucket/", query="delete")
        self.assertEqual(needs.own(delete, needs.parameters(delete)), ["s3:DeleteObjectVersion"])

    def test_missing_and_unused_rights_are_told_apart(self):
        one, other = call("ec2", "DeleteVpc", "Action=DeleteVpc&VpcId=vpc-1"), call("ec2", "DescribeVpcs", "Action=DescribeVpcs")
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(policies, "FOLDER", pathlib.Path(folder)):
            policy = policies.Policy()
            policy.add(one)
            (policies.FOLDER / "net.json").write_text(policies.text(policy.document()))
            asked = policies.Policy()
            asked.add(other)
            missing = list(check_policies.missing({"net": asked.document()}))
            self.assertEqual(missing, ["net may not ec2:DescribeVpcs on *, and a test calls it"])
            with mock.patch.object(sources, "unmade", return_value=[]), mock.patch.object(calls, "ours", return_value=[]):
                unused = list(check_policies.unused({"net": asked.document()}, []))
            self.assertTrue(any(line.startswith("net may ec2:DeleteVpc on ") and line.endswith("no test calls it") for line in unused))

    def breaches(self, *line):
        statements = [*policies.STATEMENTS, policies.Statement(*line)]
        with mock.patch.object(table, "STATEMENTS", statements):
            return list(table.breaches())

    def test_the_table_fits_the_reference(self):
        self.assertEqual(list(table.breaches()), [])
        wrong = self.breaches("Wrong", "ec2:MakeVpc", ["*"], None)
        self.assertIn("Wrong: AWS knows no right ec2:MakeVpc", wrong)
        wrong = self.breaches("Wide", "ec2:DeleteVpc", ["*"], None)
        self.assertIn("Wide: ec2:DeleteVpc is on *, and AWS knows resources for it", wrong)
        wrong = self.breaches("Bucket", "glue:DeleteJob", rights.s3("*"), None)
        self.assertIn("Bucket: none of its resources is one that glue:DeleteJob is asked for", wrong)
        # Tags in a call must not open another owner's VPC.
        wrong = self.breaches("Leak", "ec2:CreateSubnet", rights.arns("ec2", "vpc/*"), rights.NEW)
        self.assertIn("Leak: the tags of ec2:CreateSubnet say nothing about its vpc", wrong)
        wrong = self.breaches("Part", "ec2:CreateCustomerGateway", rights.arns("ec2", "customer-gateway/*"), rights.OURS)
        self.assertIn("ec2:CreateCustomerGateway is not given on customer-gateway", wrong)


if __name__ == "__main__":
    unittest.main()
