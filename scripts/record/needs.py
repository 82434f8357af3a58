"""From a call to the rights that AWS asks its caller for, and the resources that the call names."""

import models
import reference
import wire

ACCOUNT = "123456789012"

# S3's rights, and one of KMS's, are called by what they touch; a call that is not here needs the right of its own name.
CALLED = {
    "kms:ReEncrypt": ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
    "s3:CompleteMultipartUpload": ["s3:PutObject"],
    "s3:CreateMultipartUpload": ["s3:PutObject"],
    "s3:DeleteBucketLifecycle": ["s3:PutLifecycleConfiguration"],
    "s3:DeleteObjects": ["s3:DeleteObject"],
    "s3:GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
    "s3:GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
    "s3:GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
    "s3:HeadBucket": ["s3:ListBucket"],
    "s3:HeadObject": ["s3:GetObject"],
    "s3:ListBuckets": ["s3:ListAllMyBuckets"],
    "s3:ListMultipartUploads": ["s3:ListBucketMultipartUploads"],
    "s3:ListObjectVersions": ["s3:ListBucketVersions"],
    "s3:ListObjects": ["s3:ListBucket"],
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:ListParts": ["s3:ListMultipartUploadParts"],
    "s3:PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3:PutBucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
    "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
    "s3:UploadPart": ["s3:PutObject"],
    # AWS answers this to all callers.
    "sts:GetCallerIdentity": [],
}

# Athena reads catalog and data, and writes the result, as the caller.
QUERY = [
    "glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition",
    "s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:ListBucketMultipartUploads",
    "s3:PutObject:athena", "s3:AbortMultipartUpload:athena", "s3:ListMultipartUploadParts:athena",
    "kms:Decrypt:s3", "kms:GenerateDataKey:s3",
]  # fmt: skip

# What S3 asks for besides, where the bucket is encrypted with the pipeline's key.
WITH_KEY = {
    "s3:CreateMultipartUpload": ["kms:Decrypt:s3", "kms:GenerateDataKey:s3"],
    "s3:GetObject": ["kms:Decrypt:s3"],
    "s3:PutObject": ["kms:GenerateDataKey:s3"],
}

# What MWAA tries with the caller's rights when it is asked for an environment (MWAA guide, AmazonMWAAFullApiAccess).
ENVIRONMENT = [
    "iam:PassRole:airflow", "iam:CreateServiceLinkedRole", "s3:GetEncryptionConfiguration",
    "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
    "ec2:CreateVpcEndpoint:airflow", "ec2:CreateNetworkInterface",
]  # fmt: skip

# Services that ask for a right of its own when a create call carries tags; some calls have another than their service.
TAGGING = {
    "iam:CreateInstanceProfile": "iam:TagInstanceProfile",
    "ec2": "ec2:CreateTags", "iam": "iam:TagRole", "glue": "glue:TagResource", "athena": "athena:TagResource",
    "airflow": "airflow:TagResource", "airflow-serverless": "airflow-serverless:TagResource", "kms": "kms:TagResource",
    "logs": "logs:TagResource", "s3": "s3:TagResource",
}  # fmt: skip


def parameters(call):
    """The call's parameters; none for an operation that AWS does not have, which scripts/requests reports."""
    operation = models.operation(call)
    return wire.parse(call, operation)[0] if operation else {}


def own(call, params):
    """The rights on what the call itself names."""
    found = list(CALLED.get(call.name, [call.name]))
    if call.service == "s3":
        found = versions(found, params)
    if kind_made(call) and tags(params):
        found.append(tagging(call))
    if call.name == "kms:CreateKey" and "Policy" in params:
        # AWS refuses a policy that its maker could not put again.
        found.append("kms:PutKeyPolicy")
    return found


def tagging(call):
    """The right that tags in a create call ask for."""
    return TAGGING.get(call.name) or TAGGING.get(call.service)


def kind_made(call):
    """What a call makes, as the reference calls it but without hyphens."""
    if call.name == "ec2:AllocateAddress":
        return "elasticip"
    makes = call.operation.startswith("Create") and call.name != "ec2:CreateTags"
    return call.operation.removeprefix("Create").lower() if makes else None


def others(call, params):
    """The rights that AWS asks for as well, some with a purpose: `iam:PassRole:glue`."""
    match call.name:
        case "airflow:CreateEnvironment":
            return ENVIRONMENT
        case "airflow:UpdateEnvironment" if "ExecutionRoleArn" in params:
            return ["iam:PassRole:airflow"]
        case "airflow-serverless:CreateWorkflow" | "airflow-serverless:UpdateWorkflow":
            return ["iam:PassRole:airflow-serverless"]
        case "athena:StartQueryExecution":
            return QUERY
        case "athena:GetQueryResults":
            return ["s3:GetObject", "kms:Decrypt:s3"]
        case "iam:AddRoleToInstanceProfile":
            return ["iam:PassRole:ec2"]
        case "ec2:CreateVpcEndpoint" if params.get("PrivateDnsEnabled"):
            return ["route53:AssociateVPCWithHostedZone"]
        case "s3:HeadObject" if params.get("ChecksumMode"):
            # The checksum is encrypted, too; all else of an object is told without its key.
            return WITH_KEY["s3:GetObject"]
        case "s3:CreateMultipartUpload" | "s3:GetObject" | "s3:PutObject":
            return WITH_KEY[call.name]
    return ["iam:PassRole:glue"] if call.service == "glue" and "Role" in params else []


def versions(found, params):
    """A version of an object has rights of its own."""
    objects = params.get("Delete", {}).get("Objects", [params])
    with_version = any("VersionId" in one for one in objects)
    without = any("VersionId" not in one for one in objects)
    several = []
    for right in found:
        versioned = right in ("s3:GetObject", "s3:DeleteObject")
        several += [right] * (without or not versioned) + [right + "Version"] * (with_version and versioned)
    return several


def tags(params):
    """The tags that a call gives, by key, wherever its operation has them."""
    found = {}
    places = [params, *params.get("TagSpecifications", []), params.get("CreateBucketConfiguration", {})]
    for place in places:
        for name in ("Tags", "tags", "TagsToAdd", "TagSet"):
            given = place.get(name, {})
            pairs = given.items() if isinstance(given, dict) else map(pair, given)
            found.update(pairs)
    return found


def pair(tag):
    """Key and value of a tag, as most services write it or as KMS does."""
    return tag.get("Key", tag.get("TagKey")), tag.get("Value", tag.get("TagValue"))


def resources(call, right, params):
    """The ARNs that the call names for one of its own rights, by kind of resource, as far as its parameters tell."""
    named = {kind: names(right.split(":")[0], kind, params) for kind in reference.types(right)}
    if right == tagging(call) and kind_made(call):
        # The right to tag knows many kinds, and the call makes one.
        others = {kind: [] for kind in named if kind.replace("-", "").lower() != kind_made(call)}
        return {kind: found for kind, found in named.items() if found} | others
    # Where the call gives an ARN, it is about that one; else about each kind that it does not name, too.
    return {kind: found for kind, found in named.items() if found or arn_in(params)}


def arn_in(params):
    """The ARN of what a call is about, where it gives one."""
    return params.get("WorkflowArn") or params.get("ResourceArn") or params.get("resourceArn") or params.get("ResourceARN")


def names(service, kind, params):
    """The ARNs of one kind of resource that a call names."""
    arn = arn_in(params)
    if arn:
        form = reference.arn(service, kind)
        return [arn] if reference.fits(arn, form) else []
    prefix = ":".join(reference.arn(service, kind).split(":")[:5])
    prefix = prefix.replace("${Partition}", "aws").replace("${Region}", "eu-central-1").replace("${Account}", ACCOUNT)
    return [f"{prefix}:{tail}" for tail in tails(service, kind, params)]


def tails(service, kind, params):
    """What follows the account in the ARN."""

    def one(*keys):
        return next(([params[key]] for key in keys if params.get(key)), [])

    match service, kind:
        case "s3", "bucket":
            return one("Bucket")
        case "s3", "object":
            keys = [entry["Key"] for entry in params.get("Delete", {}).get("Objects", [])] or one("Key")
            return [f"{params['Bucket']}/{key}" for key in keys]
        case "glue", "job":
            return [f"job/{name}" for name in params.get("JobNames") or one("JobName", "Name")]
        case "glue", "crawler":
            return [f"crawler/{name}" for name in params.get("CrawlerNames") or one("Name")]
        case "glue", "database":
            name = params.get("DatabaseInput", {}).get("Name")
            return [f"database/{name}" for name in ([name] if name else one("DatabaseName", "Name"))]
        case "athena", "workgroup":
            return [f"workgroup/{name}" for name in one("WorkGroup", "Name")]
        case "airflow", "environment":
            return [f"environment/{name}" for name in one("Name")]
        case "airflow-serverless", "Workflow":
            # AWS puts ten characters of its own behind the name.
            return [f"workflow/{name}-0123456789" for name in one("Name")]
        case "airflow", "rbac-role":
            # The caller names no role of Airflow: MWAA takes the one that the policy gives.
            return [f"role/{name}/Op" for name in one("Name")]
        case "logs", "log-group":
            return [f"log-group:{name}" for name in one("logGroupName")]
        case "logs", "log-stream":
            return [f"log-group:{params['logGroupName']}:log-stream:{name}" for name in one("logStreamName")]
        case "kms", "key":
            # By an alias the call names the key behind it, which is not known here.
            ids = [name.rpartition("key/")[2] for name in one("KeyId", "TargetKeyId")]
            return [f"key/{name}" for name in ids if "alias/" not in name]
        case "kms", "alias":
            return one("AliasName")
        case "servicequotas", "quota":
            return [f"{params['ServiceCode']}/{code}" for code in one("QuotaCode")]
        case "iam", "role" if "Path" in params:
            return [f"role{params['Path']}{name}" for name in one("RoleName")]
        case "iam", "instance-profile" if "Path" in params:
            return [f"instance-profile{params['Path']}{name}" for name in one("InstanceProfileName")]
    return []
