"""What every look at an endpoint shares: clients, pages, what is optional, and what is noise."""

import base64
import datetime
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.config
import botocore.exceptions

# Each look has a thread of its own; what it asks about single things goes to the second pool.
looks, details = ThreadPoolExecutor(32), ThreadPoolExecutor(16)
# The name in the user agent tells an endpoint with weather that this one only watches.
config = botocore.config.Config(
    max_pool_connections=48, retries={"total_max_attempts": 6, "mode": "standard"}, user_agent_extra="strata-witness"
)
clients, lock = {}, threading.Lock()

# What an endpoint answers when it does not have the operation at all.
NOT_SERVED = {"UnknownOperationException", "NotImplemented", "InvalidAction", "UnsupportedOperation", "501"}
# What differs between two looks although nothing was touched.
NOISE = {"ResponseMetadata", "RoleLastUsed", "CrawlElapsedTime", "LastAccessedDate", "storedBytes"}
# Lists whose order says nothing.
SETS = {
    "Tags", "TagSet", "tags", "Routes", "Associations", "IpPermissions", "IpPermissionsEgress", "UserIdGroupPairs",
    "IpRanges", "Entries", "Attachments", "SubnetIds", "RouteTableIds", "Groups", "SecurityGroupIds", "Rules",
    "NetworkInterfaceIds", "PropagatingVgws", "RolePolicyList", "AttachedManagedPolicies",
}  # fmt: skip


def client(service):
    with lock:
        if service not in clients:
            clients[service] = boto3.client(service, config=config)
        return clients[service]


def plain(value, name=""):
    """A value as JSON, without noise, and with sets in one order."""
    if isinstance(value, dict):
        return {key: plain(item, key) for key, item in value.items() if key not in NOISE}
    if isinstance(value, (list, tuple)):
        items = [plain(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if name in SETS else items
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if hasattr(value, "read"):
        return value.read().decode("utf-8", "replace")
    return value


def every(service, operation, key, **words):
    """All items of a list, over all pages."""
    asked = client(service)
    if asked.can_paginate(operation):
        pages = asked.get_paginator(operation).paginate(**words)
    else:
        pages = [getattr(asked, operation)(**words)]
    return [item for page in pages for item in page.get(key) or []]


def code(error):
    return error.response.get("Error", {}).get("Code", "")


def optional(call, **words):
    """An answer, or None where nothing is set or the thing has gone meanwhile."""
    try:
        return call(**words)
    except botocore.exceptions.ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        words = ("NoSuch", "NotFound", "InvalidRequestException", "ResourceNotFound")
        if status == 404 or any(word in code(error) for word in words):
            return None
        raise


def listed(kind, service, operation, key, name, **words):
    """A look at one kind of thing whose list says everything."""

    def look():
        return [(kind, item[name], item) for item in every(service, operation, key, **words)]

    look.__name__ = f"{service}:{operation}"
    return look


def each(items, ask):
    """Ask about each thing, side by side; what is gone is left out."""
    return [found for found in details.map(ask, items) if found is not None]


def region():
    return client("glue").meta.region_name


def account():
    if "account" not in clients:
        clients["account"] = client("sts").get_caller_identity()["Account"]
    return clients["account"]


def glue_tags(resource):
    answer = optional(client("glue").get_tags, ResourceArn=f"arn:aws:glue:{region()}:{account()}:{resource}")
    return (answer or {}).get("Tags")


def tagged(kind, operation, key):
    """Glue things whose tags have to be asked for one by one."""

    def look():
        def ask(item):
            return kind, item["Name"], {**item, "tags": glue_tags(f"{kind}/{item['Name']}")}

        return each(every("glue", operation, key), ask)

    look.__name__ = f"glue:{operation}"
    return look
