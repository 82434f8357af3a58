"""IAM: AWS's managed policies, boundaries that have to exist, and instance profiles by their path.

moto can read all of AWS's policies when it starts: a fifth of a second, which most runs have no use for. Here they are read
when a client first names or lists one.
"""

import json
import threading

from moto.core.responses import ActionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import NotFoundException
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.iam.responses import IamResponse

LOCK = threading.Lock()
AWS = ":iam::aws:policy/"
# What is given the ARN of a policy.
NAMING = (
    "attach_role_policy", "attach_user_policy", "attach_group_policy", "get_policy", "get_policy_version",
    "list_policy_versions", "create_role", "create_user", "put_role_permissions_boundary",
)  # fmt: skip


def patch():
    for name in NAMING:
        setattr(IAMBackend, name, knowing(getattr(IAMBackend, name)))
    IAMBackend.list_policies = knowing(IAMBackend.list_policies, lambda words: "Local" not in words)
    IAMBackend.get_account_authorization_details = knowing(
        IAMBackend.get_account_authorization_details, lambda words: not any(words) or "AWSManagedPolicy" in words[0]
    )
    IAMBackend.create_role = within(IAMBackend.create_role, 3)
    IAMBackend.put_role_permissions_boundary = within(IAMBackend.put_role_permissions_boundary, 1)
    IamResponse.list_instance_profiles = list_instance_profiles


def names_one(words):
    return any(isinstance(word, str) and AWS in word for word in words)


def knowing(method, asks=names_one):
    """The method, with AWS's policies there where it is asked for one of them."""

    def known(self, *words, **more):
        if asks([*words, *more.values()]):
            read(self)
        return method(self, *words, **more)

    return known


def read(backend):
    with LOCK:
        if not backend.aws_managed_policies:
            policies = json.loads(aws_managed_policies_data).items()
            made = [
                AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, policy)
                for name, policy in policies
            ]
            backend.managed_policies.update({policy.arn: policy for policy in made})
            backend.aws_managed_policies = made


def within(method, position):
    """AWS takes only a policy that exists as a boundary."""

    def checked(self, *words, **more):
        boundary = words[position] if len(words) > position else more.get("permissions_boundary")
        if boundary and self.policy_arn_regex.match(boundary) and boundary not in self.managed_policies:
            raise NotFoundException(f"Scope ARN: {boundary} does not exist or is not attachable.")
        return method(self, *words, **more)

    return checked


def list_instance_profiles(self):
    path = self._get_param("PathPrefix", "/")
    profiles = [profile for profile in self.backend.get_instance_profiles() if profile.path.startswith(path)]
    return ActionResult({"InstanceProfiles": profiles})
