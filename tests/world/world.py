"""Everything that exists at an endpoint, as boto3 sees it, and any call of boto3. Knows nothing of strata.

One JSON line in, one JSON line out: `{"snapshot": true}` gives `{kind: {id: description}}`, and
`{"call": [service, operation, parameters]}` gives the answer, or `{"error": code, "message": text}`.
"""

import base64
import datetime
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.config
import botocore.exceptions
import botocore.parsers

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


def alive(kind, operation, key, name):
    """AWS lists some things for an hour after they are gone."""

    def look():
        found = every("ec2", operation, key)
        return [(kind, item[name], item) for item in found if item.get("State", "").lower() != "deleted"]

    look.__name__ = f"ec2:{operation}"
    return look


def vpcs():
    ec2 = client("ec2")

    def ask(vpc):
        for name in ("enableDnsSupport", "enableDnsHostnames"):
            answer = optional(ec2.describe_vpc_attribute, VpcId=vpc["VpcId"], Attribute=name)
            if answer is None:
                return None
            vpc[name] = answer[name[0].upper() + name[1:]]["Value"]
        return "vpc", vpc["VpcId"], vpc

    return each(every("ec2", "describe_vpcs", "Vpcs"), ask)


def roles():
    words = {"Filter": ["Role", "LocalManagedPolicy"]}
    answers = list(client("iam").get_paginator("get_account_authorization_details").paginate(**words))
    plain_roles = {role["RoleName"]: role for role in every("iam", "list_roles", "Roles")}
    found = []
    for answer in answers:
        for role in answer.get("RoleDetailList", []):
            # Neither answer has it all.
            found.append(("role", role["RoleName"], {**plain_roles.get(role["RoleName"], {}), **role}))
        found += [("policy", policy["Arn"], policy) for policy in answer.get("Policies", [])]
    return found


SETTINGS = (
    "location", "versioning", "encryption", "ownership_controls", "policy", "lifecycle_configuration", "tagging", "cors",
    "acl", "logging", "notification_configuration", "website", "replication",
)  # fmt: skip


def buckets():
    s3 = client("s3")

    def ask(bucket):
        name = bucket["Name"]
        for setting in SETTINGS:
            bucket[setting] = optional(getattr(s3, f"get_bucket_{setting}"), Bucket=name)
        bucket["public_access_block"] = optional(s3.get_public_access_block, Bucket=name)
        versions, markers, uploads = [], [], []
        try:
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
                versions += page.get("Versions", [])
                markers += page.get("DeleteMarkers", [])
            uploads = every("s3", "list_multipart_uploads", "Uploads", Bucket=name)
        except s3.exceptions.NoSuchBucket:
            return None
        found = [("bucket", name, bucket)]
        found += [("object", f"{name}/{one['Key']}@{one['VersionId']}", one) for one in versions]
        found += [("delete-marker", f"{name}/{one['Key']}@{one['VersionId']}", one) for one in markers]
        found += [("upload", f"{name}/{one['Key']}@{one['UploadId']}", one) for one in uploads]
        return found

    return sum(each(every("s3", "list_buckets", "Buckets"), ask), [])


def glue_tags(resource):
    answer = optional(client("glue").get_tags, ResourceArn=f"arn:aws:glue:{region()}:{account()}:{resource}")
    return (answer or {}).get("Tags")


def databases():
    glue = client("glue")

    def partitions(table):
        database, name = table["DatabaseName"], table["Name"]
        found = [("table", f"{database}.{name}", table)]
        if table.get("PartitionKeys"):
            try:
                parts = every("glue", "get_partitions", "Partitions", DatabaseName=database, TableName=name)
            except glue.exceptions.EntityNotFoundException:
                return None
            found += [("partition", f"{database}.{name}/{'/'.join(one['Values'])}", one) for one in parts]
        return found

    found, tables = [], []
    for database in every("glue", "get_databases", "DatabaseList"):
        name = database["Name"]
        try:
            tables += every("glue", "get_tables", "TableList", DatabaseName=name)
        except glue.exceptions.EntityNotFoundException:
            continue
        found.append(("database", name, {**database, "tags": glue_tags(f"database/{name}")}))
    return found + sum(each(tables, partitions), [])


def tagged(kind, operation, key):
    """Glue things whose tags have to be asked for one by one."""

    def look():
        def ask(item):
            return kind, item["Name"], {**item, "tags": glue_tags(f"{kind}/{item['Name']}")}

        return each(every("glue", operation, key), ask)

    look.__name__ = f"glue:{operation}"
    return look


def job_runs():
    def ask(job):
        answer = optional(client("glue").get_job_runs, JobName=job["Name"])
        return [("job-run", f"{job['Name']}/{run['Id']}", run) for run in (answer or {}).get("JobRuns", [])]

    return sum(each(every("glue", "get_jobs", "Jobs"), ask), [])


def classifiers():
    found = every("glue", "get_classifiers", "Classifiers")
    return [("classifier", next(iter(one.values()))["Name"], one) for one in found]


def workgroups():
    athena = client("athena")

    def ask(group):
        name = group["Name"]
        answer = optional(athena.get_work_group, WorkGroup=name)
        if answer is None:
            return None
        arn = f"arn:aws:athena:{region()}:{account()}:workgroup/{name}"
        tags = optional(athena.list_tags_for_resource, ResourceARN=arn)
        # moto says each time that it was made just now.
        answer["WorkGroup"].pop("CreationTime", None)
        found = [("workgroup", name, {**answer["WorkGroup"], "tags": (tags or {}).get("Tags")})]
        queries = every("athena", "list_query_executions", "QueryExecutionIds", WorkGroup=name)
        return found + [("query", one, {"workgroup": name}) for one in queries]

    return sum(each(every("athena", "list_work_groups", "WorkGroups"), ask), [])


def log_groups():
    logs = client("logs")

    def ask(group):
        name = group["logGroupName"]
        tags = optional(logs.list_tags_log_group, logGroupName=name)
        try:
            streams = every("logs", "describe_log_streams", "logStreams", logGroupName=name)
        except logs.exceptions.ResourceNotFoundException:
            return None
        found = [("log-group", name, {**group, "tags": (tags or {}).get("tags")})]
        return found + [("log-stream", f"{name}:{one['logStreamName']}", one) for one in streams]

    return sum(each(every("logs", "describe_log_groups", "logGroups"), ask), [])


def environments():
    mwaa = client("mwaa")

    def ask(name):
        answer = optional(mwaa.get_environment, Name=name)
        return answer and ("environment", name, answer["Environment"])

    return each(every("mwaa", "list_environments", "Environments"), ask)


def workflows():
    serverless = client("mwaa-serverless")

    def ask(workflow):
        arn = workflow["WorkflowArn"]
        tags = optional(serverless.list_tags_for_resource, ResourceArn=arn)
        found = tags and optional(serverless.get_workflow, WorkflowArn=arn)
        return found and ("workflow", arn, {**found, "Tags": tags["Tags"]})

    try:
        found = every("mwaa-serverless", "list_workflows", "Workflows")
    except (botocore.exceptions.ClientError, botocore.parsers.ResponseParserError) as error:
        # An endpoint that does not know the service answers without a code of AWS's.
        known = isinstance(error, botocore.exceptions.ClientError) and code(error) not in NOT_SERVED | {"", "400", "404"}
        if known:
            raise
        return []
    return each(found, ask)


def keys():
    kms = client("kms")

    def ask(key):
        found = optional(kms.describe_key, KeyId=key["KeyId"])
        return found and ("key", key["KeyId"], found["KeyMetadata"])

    return each(every("kms", "list_keys", "Keys"), ask)


LOOKS = (
    vpcs,
    listed("subnet", "ec2", "describe_subnets", "Subnets", "SubnetId"),
    listed("internet-gateway", "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    listed("route-table", "ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    listed("security-group", "ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    listed("rule", "ec2", "describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    alive("nat-gateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    listed("address", "ec2", "describe_addresses", "Addresses", "AllocationId"),
    alive("endpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    listed("interface", "ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    listed("network-acl", "ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    roles,
    listed("instance-profile", "iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    buckets,
    databases,
    tagged("crawler", "get_crawlers", "Crawlers"),
    tagged("job", "get_jobs", "Jobs"),
    tagged("trigger", "get_triggers", "Triggers"),
    job_runs,
    classifiers,
    workgroups,
    log_groups,
    environments,
    workflows,
    keys,
)
KINDS = (
    "vpc subnet internet-gateway route-table security-group rule nat-gateway address endpoint interface network-acl role "
    "policy instance-profile bucket object delete-marker upload database table partition crawler job trigger job-run "
    "classifier workgroup query log-group log-stream environment workflow key"
).split()


def snapshot():
    def run(look):
        try:
            return look()
        except botocore.exceptions.ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if code(error) in NOT_SERVED or status == 501:
                return [("not-served", look.__name__, {"code": code(error)})]
            raise

    world = {kind: {} for kind in KINDS}
    for found in looks.map(run, LOOKS):
        for kind, name, description in found:
            world.setdefault(kind, {})[name] = plain(description)
    return world


def region():
    return client("glue").meta.region_name


def account():
    if "account" not in clients:
        clients["account"] = client("sts").get_caller_identity()["Account"]
    return clients["account"]


def call(service, operation, words):
    try:
        return plain(getattr(client(service), operation)(**words))
    except botocore.exceptions.ClientError as error:
        return {"error": code(error), "message": str(error)}
    except botocore.exceptions.BotoCoreError as error:
        return {"error": type(error).__name__, "message": str(error)}


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        answer = call(*asked["call"]) if "call" in asked else snapshot()
        sys.stdout.write(json.dumps(answer, sort_keys=True) + "\n")
        sys.stdout.flush()


main()
