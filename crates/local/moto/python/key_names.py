"""KMS: ids, ARNs and aliases of keys, and AWS's errors for unknown ones."""

import functools
import json
import re

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.kms.utils import RESERVED_ALIASES

ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
# These also accept an alias; all others only the key's id or ARN.
BY_ALIAS = (
    "decrypt describe_key encrypt generate_data_key generate_data_key_without_plaintext generate_mac get_public_key "
    "sign verify verify_mac"
).split()
BY_KEY = (
    "cancel_key_deletion create_grant disable_key disable_key_rotation enable_key enable_key_rotation get_key_policy "
    "get_key_rotation_status list_grants list_key_policies list_key_rotations list_resource_tags put_key_policy "
    "replicate_key revoke_grant rotate_key_on_demand schedule_key_deletion tag_resource untag_resource update_key_description"
).split()
# The parameter that names the key, where it is not `KeyId`.
ELSEWHERE = {"create_alias": "TargetKeyId", "update_alias": "TargetKeyId", "re_encrypt": "DestinationKeyId"}
# Not allowed on AWS managed keys.
NOT_WITH_AWS_KEYS = (
    "cancel_key_deletion create_alias disable_key disable_key_rotation enable_key enable_key_rotation list_resource_tags "
    "put_key_policy rotate_key_on_demand schedule_key_deletion tag_resource untag_resource update_key_description"
).split()
PURPOSES = {"alias/aws/s3": "S3 objects", "alias/aws/ebs": "EBS volumes", "alias/aws/rds": "RDS database volumes"}


def error(code, message):
    return JsonRESTError(code, message)


def patch():
    """Patches after the other KMS parts: their handlers expect the plain key id in the call."""
    for action in BY_ALIAS + BY_KEY + list(ELSEWHERE):
        handle = getattr(KmsResponse, action)
        setattr(KmsResponse, action, with_its_key(action, ELSEWHERE.get(action, "KeyId"), handle))
    KmsBackend._generate_default_keys = made_by_aws


def with_its_key(action, parameter, handle):
    @functools.wraps(handle)
    def handled(self):
        told = json.loads(self.body)
        name = told.get(parameter)
        if name is not None:
            key = found(self, name, action in BY_ALIAS or action == "re_encrypt")
            if key.key_manager == "AWS" and action in NOT_WITH_AWS_KEYS:
                raise not_allowed(self, key)
            told[parameter] = key.id
            self.body = json.dumps(told)
        return handle(self)

    return handled


def key_of(response):
    """The key that a call names."""
    told = json.loads(response.body)
    return response.kms_backend.keys[told.get("KeyId") or told["TargetKeyId"]]


def found(response, name, by_alias):
    """Looks up a key by id, ARN, alias or alias ARN."""
    backend = response.kms_backend
    tail = name
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        if len(parts) < 6 or parts[2] != "kms":
            raise error("InvalidArnException", f"Invalid arn {name}")
        if parts[3] != response.region:
            raise error("NotFoundException", f"Invalid arn {parts[3]}")
        tail = parts[5].removeprefix("key/")
        if parts[4] != response.current_account:
            raise error("NotFoundException", f"Key '{name}' does not exist")
        if tail.startswith("alias/") and not by_alias:
            raise error("InvalidArnException", "Key Aliases are not supported for this operation.")
    if tail.startswith("alias/") and by_alias:
        known = backend.get_key_id_from_alias(tail)
        if known is None:
            raise error("NotFoundException", f"Alias {arn(response, tail)} is not found.")
        return backend.keys[known]
    if not ID.fullmatch(tail):
        raise error("NotFoundException", f"Invalid keyId '{tail}'")
    if tail not in backend.keys:
        raise error("NotFoundException", f"Key '{arn(response, 'key/' + tail)}' does not exist")
    return backend.keys[tail]


def arn(response, tail):
    return f"arn:{response.partition}:kms:{response.region}:{response.current_account}:{tail}"


def not_allowed(response, key):
    right = f"kms:{response._get_action()}"
    who = f"arn:{response.partition}:iam::{response.current_account}:root"
    why = f"User: {who} is not authorized to perform: {right} on resource: {key.arn} because no resource-based policy allows "
    return error("AccessDeniedException", f"{why}the {right} action")


def made_by_aws(self, alias_name):
    """An AWS managed key such as `alias/aws/s3`: AWS creates it on first use."""
    if alias_name not in RESERVED_ALIASES:
        return None
    what = PURPOSES.get(alias_name, "resources")
    about = f"Default key that protects my {what} when no other key is defined"
    key = self.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", about, None)
    key.key_manager, key.key_rotation_status, key.multi_region = "AWS", True, False
    self.create_alias(key.id, alias_name)
    return key.id
