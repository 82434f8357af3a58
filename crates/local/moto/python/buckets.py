"""S3: bucket names as AWS takes them, tags given at creation, and policies whose conditions are read."""

import ipaddress
import re

import xmltodict
from moto.iam.access_control import IAMPolicyStatement
from moto.s3.exceptions import InvalidBucketName
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def patch():
    S3Backend.create_bucket = only_with_good_name(S3Backend.create_bucket)
    S3Response._bucket_response_put = keeping_tags(S3Response._bucket_response_put)
    S3Response.get_bucket_versioning = renamed(
        S3Response.get_bucket_versioning, "GetBucketVersioningResponse", "VersioningConfiguration"
    )
    FakeBucket.get_permission = over_tls(FakeBucket.get_permission)
    IAMPolicyStatement._check_conditions = lambda self, values: True


def only_with_good_name(create):
    def create_bucket(self, bucket_name, *args, **kwargs):
        if not is_good(bucket_name):
            raise InvalidBucketName()
        return create(self, bucket_name, *args, **kwargs)

    return create_bucket


def is_good(name):
    if not NAME.fullmatch(name) or ".." in name or name.startswith(RESERVED_STARTS) or name.endswith(RESERVED_ENDS):
        return False
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return True
    return False


def keeping_tags(put):
    """moto reads CreateBucketConfiguration for the region alone."""

    def _bucket_response_put(self, *args, **kwargs):
        answer = put(self, *args, **kwargs)
        if self.data.get("Action") == "CreateBucket" and self.body:
            tags = tags_in(self.body)
            if tags:
                self.backend.put_bucket_tagging(self.bucket_name, tags)
        return answer

    return _bucket_response_put


def renamed(get, root, right):
    """moto calls the root element after the operation. botocore does not look at it; the Rust SDK does."""

    def handler(self, *args, **kwargs):
        status, headers, body = get(self, *args, **kwargs)
        text = body.decode() if isinstance(body, bytes) else body
        return status, headers, text.replace(root, right)

    return handler


def tags_in(body):
    wish = xmltodict.parse(body, force_list=("Tag",)).get("CreateBucketConfiguration") or {}
    tags = (wish.get("Tags") or {}).get("Tag", [])
    return {tag["Key"]: tag.get("Value") or "" for tag in tags}


def over_tls(get_permission):
    """A statement that denies plain HTTP does not concern a loopback address, which replaces TLS here.

    moto reads no condition at all: it would take such a statement for a denial of everything.
    """

    def permission(self, action, resource):
        whole = self.policy
        try:
            self.policy = None if whole is None else without_tls_rules(whole)
            return get_permission(self, action, resource)
        finally:
            self.policy = whole

    return permission


def without_tls_rules(policy):
    import json

    document = json.loads(policy)
    statements = document["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    document["Statement"] = [one for one in statements if not denies_plain_http(one)]
    return json.dumps(document).encode()


def denies_plain_http(statement):
    condition = statement.get("Condition", {}).get("Bool", {})
    wanted = {key.lower(): str(value).lower() for key, value in condition.items()}
    return statement["Effect"] == "Deny" and wanted.get("aws:securetransport") == "false"
