"""What another S3 client sees in the bucket, and what it can do to it. One verb a run, JSON out."""

import base64
import hashlib
import json
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

S3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, max_pool_connections=16))
REGION = {"LocationConstraint": "eu-central-1"}


def buckets():
    return [bucket["Name"] for bucket in S3.list_buckets()["Buckets"]]


def describe(bucket):
    rules = S3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    encryption = S3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    return {
        "tags": {tag["Key"]: tag["Value"] for tag in S3.get_bucket_tagging(Bucket=bucket)["TagSet"]},
        "location": S3.get_bucket_location(Bucket=bucket)["LocationConstraint"],
        "versioning": S3.get_bucket_versioning(Bucket=bucket).get("Status"),
        "encryption": encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "key": encryption["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID"),
        "bucket_key": encryption["BucketKeyEnabled"],
        "block": S3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        "ownership": S3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        "policy": json.loads(S3.get_bucket_policy(Bucket=bucket)["Policy"]),
        "lifecycle": {rule["ID"]: rule for rule in rules},
    }


def create(bucket, *tags):
    tags = [dict(zip(("Key", "Value"), tag.split("=", 1))) for tag in tags]
    S3.create_bucket(Bucket=bucket, CreateBucketConfiguration=REGION | ({"Tags": tags} if tags else {}))


def spoil(bucket):
    """Change every setting behind strata's back, and add a tag of one's own."""
    S3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    S3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    S3.delete_public_access_block(Bucket=bucket)
    rule = {"ObjectOwnership": "ObjectWriter"}
    S3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [rule]})
    S3.delete_bucket_policy(Bucket=bucket)
    S3.delete_bucket_lifecycle(Bucket=bucket)
    tags = S3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    tags = [tag for tag in tags if tag["Key"] != "Project"] + [{"Key": "Owner", "Value": "me"}]
    S3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


def spoil_rule(bucket, name, change):
    """Change one rule of the lifecycle behind strata's back, or add another one."""
    rules = S3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    rule = next(rule for rule in rules if rule["ID"] == name)
    match change:
        case "no-transitions":
            del rule["Transitions"]
        case "another-class":
            rule["Transitions"][1]["StorageClass"] = "ONEZONE_IA"
        case "disabled":
            rule["Status"] = "Disabled"
        case "moves-old-versions":
            rule["NoncurrentVersionTransitions"] = [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}]
        case "one-more":
            more = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "theirs/"}, "Expiration": {"Days": 9}}
            rules.append(more)
    S3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})


def fill(bucket, objects, versions):
    """`objects` objects with `versions` versions each and a delete marker on each tenth; three unfinished uploads."""
    with ThreadPoolExecutor(16) as pool:
        for _ in range(int(versions)):
            list(pool.map(lambda n: S3.put_object(Bucket=bucket, Key=f"data/{n:05}", Body=b"x" * 10), range(int(objects))))
        list(pool.map(lambda n: S3.delete_object(Bucket=bucket, Key=f"data/{n:05}"), range(0, int(objects), 10)))
    for n in range(3):
        S3.create_multipart_upload(Bucket=bucket, Key=f"unfinished/{n}")


def odd(bucket):
    """Keys that XML cannot carry, and keys that encodings mind: two versions of each, a delete marker, an unfinished upload."""
    keys = ["\ufffe", "\uffff/x", "a\x01b", "\x1f", "tab\tline\r\n", "a b+c%41&<", "ț/\U0001f600", "a//../b"]
    for key in [f"{folder}/{key}" for folder in ("dags", "weird") for key in keys]:
        for body in (b"1", b"22"):
            S3.put_object(Bucket=bucket, Key=key, Body=body)
        # The answer names the key, and boto3 cannot read it.
        url = S3.generate_presigned_url("create_multipart_upload", {"Bucket": bucket, "Key": key})
        urllib.request.urlopen(urllib.request.Request(url, method="POST")).read()
        if key.startswith("weird/"):
            S3.delete_object(Bucket=bucket, Key=key)
    return len(keys)


def put(bucket, key, text):
    S3.put_object(Bucket=bucket, Key=key, Body=text.encode())


def get(bucket, key):
    answer = S3.get_object(Bucket=bucket, Key=key)
    return {"text": answer["Body"].read().decode(), "type": answer["ContentType"], "metadata": answer["Metadata"]}


def put_again(bucket, key, way):
    """Write an object again, changed in one respect."""
    found = S3.get_object(Bucket=bucket, Key=key)
    body, words = found["Body"].read(), {"Metadata": found["Metadata"], "ChecksumAlgorithm": "SHA256"}
    match way:
        case "another-text":
            # As long as before, and with everything else that it had.
            body = body[:-1] + b"#"
        case "without-checksum":
            del words["ChecksumAlgorithm"]
        case "own-key":
            words["ServerSideEncryption"] = "AES256"
    S3.put_object(Bucket=bucket, Key=key, Body=body, **words)


def sealed(bucket):
    """How each object is encrypted, and what tells its bytes."""
    found = {}
    for one in S3.list_objects_v2(Bucket=bucket)["Contents"]:
        head = S3.head_object(Bucket=bucket, Key=one["Key"], ChecksumMode="ENABLED")
        body = S3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
        found[one["Key"]] = {
            "by": head["ServerSideEncryption"],
            "key": head.get("SSEKMSKeyId"),
            "bucket_key": head.get("BucketKeyEnabled", False),
            "md5": one["ETag"].strip('"') == hashlib.md5(body).hexdigest(),
            "sha256": head.get("ChecksumSHA256") == base64.b64encode(hashlib.sha256(body).digest()).decode(),
        }
    return found


def disable(key):
    boto3.client("kms").disable_key(KeyId=key)


def texts(bucket):
    """All objects as text."""
    keys = [one["Key"] for one in S3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: S3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}


def versions(bucket, prefix=""):
    pages = S3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    return [
        {"key": one["Key"], "id": one["VersionId"], "latest": one["IsLatest"], "size": one.get("Size"), "etag": one.get("ETag")}
        for page in pages
        for one in page.get("Versions", [])
    ]


def uploads(bucket):
    return len(S3.list_multipart_uploads(Bucket=bucket).get("Uploads", []))


if __name__ == "__main__":
    try:
        print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
    except ClientError as error:
        print(json.dumps({"error": error.response["Error"]["Code"]}))
