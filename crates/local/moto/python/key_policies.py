"""KMS: validation of key policies: syntax, principals that exist, and the policy lockout safety check."""

import fnmatch
import json
import re

from moto.core.exceptions import JsonRESTError
from moto.iam.models import iam_backends
from moto.kms.responses import KmsResponse
from moto.sts.models import sts_backends

LONGEST = 32 << 10
SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|aws\.com)")
ARN = re.compile(r"arn:[a-z-]+:(?:iam|sts)::(\d{12}):(root|user/.+|role/.+|assumed-role/.+|federated-user/.+)")


def malformed(message):
    return JsonRESTError("MalformedPolicyDocumentException", message)


def patch():
    KmsResponse.create_key = checked(KmsResponse.create_key)
    KmsResponse.put_key_policy = of_its_only_name(checked(KmsResponse.put_key_policy))
    KmsResponse.get_key_policy = of_its_only_name(as_aws_writes_it(KmsResponse.get_key_policy))


def checked(handle):
    def handled(self):
        text = self._get_param("Policy")
        if text is not None:
            check(self, text)
        return handle(self)

    return handled


def check(self, text):
    if len(text) > LONGEST:
        why = f"The key policy has {len(text)} bytes: it may have {LONGEST}."
        raise JsonRESTError("LimitExceededException", why)
    try:
        policy = json.loads(text)
        statements = listed(policy["Statement"])
        effects = {statement["Effect"] for statement in statements}
    except (ValueError, KeyError, TypeError):
        # AWS gives no message either.
        raise malformed("") from None
    if not statements or effects - {"Allow", "Deny"}:
        raise malformed("")
    for statement in statements:
        principals = principals_of(statement)
        if not principals:
            raise malformed("Policy contains a statement with no principal.")
        if not all(exists(self, kind, principal) for kind, principal in principals):
            raise malformed("Policy contains a statement with one or more invalid principals.")
    if not self._get_param("BypassPolicyLockoutSafetyCheck") and not lets_in(self, statements):
        raise malformed("The new key policy will not allow you to update the key policy in the future.")


def listed(value):
    return value if isinstance(value, list) else [value]


def principals_of(statement):
    """Pairs of kind and name; `*` is everyone."""
    named = statement.get("Principal", statement.get("NotPrincipal", {}))
    if isinstance(named, str):
        return [("AWS", named)]
    return [(kind, name) for kind, names in named.items() for name in listed(names)]


def exists(self, kind, name):
    if kind == "Service":
        return SERVICE.fullmatch(name) is not None
    if kind != "AWS" or name == "*" or re.fullmatch(r"\d{12}", name):
        return kind in ("AWS", "Federated", "CanonicalUser")
    found = ARN.fullmatch(name)
    if found is None:
        return False
    account, who = found.groups()
    if account != self.current_account or who == "root":
        return True
    kind, *path = who.split("/")
    backend = iam_backends[account][self.partition]
    # An assumed role is `assumed-role/ROLE/SESSION`; roles and users end in their name, after a path.
    if kind == "assumed-role":
        return any(role.name == path[0] for role in backend.roles.values())
    if kind == "role":
        return any(role.arn == name for role in backend.roles.values())
    return kind == "federated-user" or any(user.arn == name for user in backend.users.values())


def lets_in(self, statements):
    """Whether the policy lets the caller put another policy. IAM policies are not evaluated."""
    account = self.current_account
    callers = {"*", account, f"arn:{self.partition}:iam::{account}:root", *who_calls(self)}

    def concerns(statement):
        if "NotPrincipal" in statement or "Condition" in statement and not asks_for_the_account(statement, account):
            return False
        actions = listed(statement.get("Action", []))
        named = any(name in callers for kind, name in principals_of(statement) if kind == "AWS")
        puts = any(fnmatch.fnmatchcase("kms:putkeypolicy", action.lower()) for action in actions)
        return named and puts and "Resource" in statement

    effects = [statement["Effect"] for statement in statements if concerns(statement)]
    return "Allow" in effects and "Deny" not in effects


def who_calls(self):
    """The caller's ARN and, for a session, the ARN of the assumed role."""
    sts = sts_backends[self.current_account][self.partition]
    _, arn, _ = sts.get_caller_identity(self.get_access_key(), self.region)
    yield arn
    if ":assumed-role/" in arn:
        name = arn.split("/")[1]
        yield from (role.arn for role in iam_backends[self.current_account][self.partition].roles.values() if role.name == name)


def asks_for_the_account(statement, account):
    """Whether the conditions only restrict callers to this account."""
    keys = {"kms:calleraccount", "aws:principalaccount"}
    pairs = [pair for operator in statement["Condition"].values() for pair in operator.items()]
    return all(key.lower() in keys and account in listed(value) for key, value in pairs)


def of_its_only_name(handle):
    def handled(self):
        self.body = json.dumps({"PolicyName": "default"} | json.loads(self.body))
        return handle(self)

    return handled


def as_aws_writes_it(handle):
    """AWS does not return the text it was given: it formats the document again."""

    def handled(self):
        told = json.loads(handle(self))
        return json.dumps({"Policy": written(json.loads(told["Policy"])), "PolicyName": "default"})

    return handled


def written(value, indent=""):
    """JSON in the format of AWS's answers."""
    if isinstance(value, dict) and value:
        inner = indent + "  "
        members = [f"{inner}{json.dumps(name)} : {written(member, inner)}" for name, member in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return f"[ {', '.join(written(item, indent) for item in value)} ]"
    return json.dumps(value)
