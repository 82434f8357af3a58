"""What no policy may say: AWS's reference and parliament's rules, with the exceptions that we agree to."""

import json
import re
import warnings

import reference

# How parliament finds its own files is none of our business.
warnings.filterwarnings("ignore", category=UserWarning, message="pkg_resources")
import parliament  # noqa: E402

# Findings of parliament that we know and accept: its name for it, what it is about, and the reason.
OTHER_STATEMENT = "its other resources are in another statement, under another condition; table.py looks at both"
AGREED = [
    ("RESOURCE_MISMATCH", "ec2:Create(Subnet|RouteTable|NatGateway|VpcEndpoint|NetworkInterface)", OTHER_STATEMENT),
    ("RESOURCE_MISMATCH", "ec2:ModifySecurityGroupRules", OTHER_STATEMENT),
    ("RESOURCE_MISMATCH", "glue:GetDatabase", "Spark asks for `default`; the catalog is in another statement"),
    ("RESOURCE_MISMATCH", "athena:(TagResource|ListTagsForResource)", "any one of the kinds is enough"),
    ("RESOURCE_MISMATCH", "servicequotas:GetServiceQuota", "AWS knows quotas as resources since; parliament does not"),
    ("RESOURCE_MISMATCH", "s3:(List|GetObjectAttributes).*", "MWAA's guide gives the role s3:List* and s3:GetObject*"),
    ("UNKNOWN_PREFIX", "Unknown prefix airflow-serverless", "newer than parliament; the reference knows it"),
    ("RESOURCE_POLICY_PRIVILEGE_ESCALATION", ".*", "storage writes the policy of its own bucket: TLS only"),
]

# AWS's limits in characters without white space: a managed policy, and all inline policies of a role.
LONGEST_MANAGED, LONGEST_INLINE = 6_144, 10_240


def listed(value):
    return value if isinstance(value, list) else [value]


def statements(document):
    return listed(document["Statement"])


def filled(text):
    """The text of a policy with something for each placeholder."""
    dummies = {"partition": "aws", "account": "123456789012", "region": "eu-central-1", "input_path": "data/raw/"}
    return re.sub(r"\$\{(\w+)\}", lambda match: dummies.get(match[1], match[1].replace("_", "-")), text)


def size(document):
    return len(json.dumps(document, separators=(",", ":")))


def findings(text, stars=()):
    """What is wrong with a policy that has no placeholders left; `stars` are rights that may be on `*`."""
    found = []
    for finding in parliament.analyze_policy_string(text).findings:
        details = finding.detail if isinstance(finding.detail, list) else [finding.detail]
        found += [f"parliament: {finding.issue} {detail}" for detail in details if not is_agreed(finding.issue, detail)]
    document = json.loads(text)
    for statement in statements(document):
        if statement["Effect"] != "Allow" or "Principal" in statement:
            continue
        found += of_statement(statement, stars)
    return found


def is_agreed(issue, detail):
    about = detail["action"] if isinstance(detail, dict) and "action" in detail else str(detail)
    return any(issue == known and re.fullmatch(form, about) for known, form, _ in AGREED)


def of_statement(statement, stars):
    actions = listed(statement["Action"])
    resources = listed(statement.get("Resource", []))
    for action in actions:
        if action.endswith(":*"):
            yield f"{action} is every right of a service"
        elif "*" not in action and reference.right(action) is None:
            yield f"AWS knows no right {action}"
        elif "*" in resources and action not in stars and ("*" in action or reference.types(action)):
            yield f"{action} is on *, and AWS knows resources for it"
    passes = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService")
    if "iam:PassRole" in actions and not passes:
        yield "iam:PassRole is not pinned to a service"
