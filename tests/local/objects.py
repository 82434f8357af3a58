"""Objects on the local endpoint, as boto3 and the AWS CLI use them. Each function is one check."""

import base64
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

from common import REGION, bucket, client, main, refused, s3, unique

MIB = 1 << 20


def linked():
    """Presigned links, for reading and for writing, and a range of what was written; by the address and by its name."""
    for name in ("127.0.0.1", "localhost"):
        link(client("s3", url=os.environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", name)))


def link(s3):
    where = bucket()
    put = s3.generate_presigned_url("put_object", {"Bucket": where, "Key": "a b/ț"})
    urllib.request.urlopen(urllib.request.Request(put, data=b"0123456789", method="PUT"))
    get = s3.generate_presigned_url("get_object", {"Bucket": where, "Key": "a b/ț"})
    assert urllib.request.urlopen(get).read() == b"0123456789"
    part = s3.get_object(Bucket=where, Key="a b/ț", Range="bytes=2-4")
    assert (part["Body"].read(), part["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert s3.get_object(Bucket=where, Key="a b/ț", Range="bytes=-3")["Body"].read() == b"789"
    refused("InvalidRange", "", s3.get_object, Bucket=where, Key="a b/ț", Range="bytes=10-")


def conditional():
    where = bucket()
    etag = s3.put_object(Bucket=where, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    refused("PreconditionFailed", "", s3.put_object, Bucket=where, Key="k", Body=b"2", IfNoneMatch="*")
    refused("PreconditionFailed", "", s3.put_object, Bucket=where, Key="k", Body=b"2", IfMatch='"0"')
    s3.put_object(Bucket=where, Key="k", Body=b"2", IfMatch=etag)
    refused("304", "", s3.get_object, Bucket=where, Key="k", IfNoneMatch=s3.head_object(Bucket=where, Key="k")["ETag"])


def checksums():
    where = bucket()
    sha256 = base64.b64encode(hashlib.sha256(b"body").digest()).decode()
    refused("BadDigest", "", s3.put_object, Bucket=where, Key="k", Body=b"other", ChecksumSHA256=sha256)
    # The ones that boto3 computes without a library of its own.
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        made = s3.put_object(Bucket=where, Key=algorithm, Body=b"body", ChecksumAlgorithm=algorithm)
        told = s3.head_object(Bucket=where, Key=algorithm, ChecksumMode="ENABLED")
        assert made[f"Checksum{algorithm}"] == told[f"Checksum{algorithm}"], algorithm
    assert s3.head_object(Bucket=where, Key="SHA256", ChecksumMode="ENABLED")["ChecksumSHA256"] == sha256
    # Of the bytes "123456789", as the catalogue of CRCs has them.
    known = {"CRC32C": 0xE3069283.to_bytes(4), "CRC64NVME": 0xAE8B14860A799888.to_bytes(8)}
    for algorithm, value in known.items():
        value = base64.b64encode(value).decode()
        s3.put_object(Bucket=where, Key=algorithm, Body=b"123456789", **{f"Checksum{algorithm}": value})
        wrong = {f"Checksum{algorithm}": value}
        refused("BadDigest", "", s3.put_object, Bucket=where, Key=algorithm, Body=b"12345678", **wrong)


def versions():
    where = bucket()
    s3.put_bucket_versioning(Bucket=where, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket=where, Key=f"k{n % 3}", Body=str(n).encode())["VersionId"] for n in range(12)]
    s3.delete_object(Bucket=where, Key="k0")
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=where, PaginationConfig={"PageSize": 5}))
    listed = [one["VersionId"] for page in pages for one in page.get("Versions", [])]
    assert len(pages) == 3 and sorted(listed) == sorted(ids)
    assert sum(len(page.get("DeleteMarkers", [])) for page in pages) == 1
    doomed = [{"Key": f"k{n % 3}", "VersionId": version} for n, version in enumerate(ids)]
    odd = {"Key": "k0", "VersionId": "no version"}
    answer = s3.delete_objects(Bucket=where, Delete={"Objects": [*doomed, odd]})
    assert len(answer["Deleted"]) == 12 and [one["VersionId"] for one in answer["Errors"]] == ["no version"], answer
    refused("BucketNotEmpty", "You must delete all versions", s3.delete_bucket, Bucket=where)
    s3.delete_object(Bucket=where, Key="k0", VersionId=pages[0]["DeleteMarkers"][0]["VersionId"])
    s3.delete_bucket(Bucket=where)
    refused("NoSuchBucket", "", s3.put_object, Bucket=where, Key="k", Body=b"")


def control_characters():
    """A document cannot carry them; a URL can."""
    where = bucket()
    for key in ("a\x01b", "\ufffe"):
        s3.put_object(Bucket=where, Key=key, Body=b"")
        refused("MalformedXML", "", s3.delete_objects, Bucket=where, Delete={"Objects": [{"Key": key}]})
        assert [one["Key"] for one in s3.list_objects_v2(Bucket=where)["Contents"]] == [key]
        s3.delete_object(Bucket=where, Key=key)
    s3.delete_bucket(Bucket=where)


def multipart():
    where = bucket()
    upload = s3.create_multipart_upload(Bucket=where, Key="large")["UploadId"]
    body = bytes(range(256)) * (6 * MIB // 256)
    part = lambda n, data: s3.upload_part(Bucket=where, Key="large", UploadId=upload, PartNumber=n, Body=data)["ETag"]
    etags = [part(1, body), part(2, b"end")]
    parts = [{"PartNumber": n + 1, "ETag": etag} for n, etag in enumerate(etags)]
    whole = {"Bucket": where, "Key": "large", "UploadId": upload, "MultipartUpload": {"Parts": parts}}
    assert s3.complete_multipart_upload(**whole)["ETag"].endswith('-2"')
    s3.copy({"Bucket": where, "Key": "large"}, where, "copy")
    assert s3.get_object(Bucket=where, Key="copy")["Body"].read() == body + b"end"
    assert s3.get_object(Bucket=where, Key="large", PartNumber=2)["Body"].read() == b"end"


def by_host_name():
    """The bucket in the host name, as SDKs have it by default. Not every resolver knows such names below localhost."""
    url = os.environ["AWS_ENDPOINT_URL"]
    port = url.rpartition(":")[2]
    for name in ("localhost", "s3.localhost", "127.0.0.1"):
        in_host_name(bucket(), url, f"{name}:{port}")


def in_host_name(where, url, name):
    host = f"{where}.{name}"
    scope = f"Credential=test/20260101/{REGION}/s3/aws4_request"
    headers = {"Host": host, "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    urllib.request.urlopen(urllib.request.Request(f"{url}/k", data=b"x", method="PUT", headers=headers))
    assert s3.get_object(Bucket=where, Key="k")["Body"].read() == b"x"
    listed = urllib.request.urlopen(urllib.request.Request(f"{url}/?list-type=2", headers=headers)).read()
    assert b"<Key>k</Key>" in listed, listed


def command_line():
    """`aws s3` copies in parts, syncs, moves and removes."""
    where, folder = bucket(), pathlib.Path(os.environ["FOLDER"])
    body = os.urandom(20 * MIB)
    (folder / "large").write_bytes(body)

    def aws(*words):
        command = [sys.executable, "-m", "awscli", "s3", *words]
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
        subprocess.run(command, env={**os.environ, **keys}, check=True, stdout=subprocess.DEVNULL)

    aws("cp", str(folder / "large"), f"s3://{where}/large")
    aws("mv", f"s3://{where}/large", f"s3://{where}/moved")
    aws("cp", f"s3://{where}/moved", str(folder / "again"))
    assert (folder / "again").read_bytes() == body
    aws("rb", "--force", f"s3://{where}")


def what_is_there(where):
    """Everything about a bucket and what is in it."""
    about = {
        "tags": s3.get_bucket_tagging(Bucket=where)["TagSet"],
        "versioning": s3.get_bucket_versioning(Bucket=where)["Status"],
        "encryption": s3.get_bucket_encryption(Bucket=where)["ServerSideEncryptionConfiguration"],
        "block": s3.get_public_access_block(Bucket=where)["PublicAccessBlockConfiguration"],
        "policy": json.loads(s3.get_bucket_policy(Bucket=where)["Policy"]),
        "rules": s3.get_bucket_lifecycle_configuration(Bucket=where)["Rules"],
        "owner": s3.get_bucket_ownership_controls(Bucket=where)["OwnershipControls"],
        "region": s3.get_bucket_location(Bucket=where)["LocationConstraint"],
    }
    listed = s3.list_object_versions(Bucket=where)
    about["versions"] = [(one["Key"], one["VersionId"], one["ETag"]) for one in listed["Versions"]]
    about["markers"] = [(one["Key"], one["VersionId"]) for one in listed["DeleteMarkers"]]
    about["bodies"] = [
        s3.get_object(Bucket=where, Key=key, VersionId=version)["Body"].read().decode()
        for key, version, _ in about["versions"]
    ]
    about["uploads"] = [one["UploadId"] for one in s3.list_multipart_uploads(Bucket=where)["Uploads"]]
    head = s3.head_object(Bucket=where, Key="later")
    about["head"] = [head["ServerSideEncryption"], head["Metadata"], head["ContentType"]]
    return json.loads(json.dumps(about))


def before_a_restart():
    where = unique("kept")
    configuration = {"LocationConstraint": REGION, "Tags": [{"Key": "made", "Value": "with it"}]}
    s3.create_bucket(Bucket=where, CreateBucketConfiguration=configuration)
    s3.put_bucket_versioning(Bucket=where, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}}
    s3.put_bucket_encryption(Bucket=where, ServerSideEncryptionConfiguration={"Rules": [rule]})
    flags = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    s3.put_public_access_block(Bucket=where, PublicAccessBlockConfiguration={flag: True for flag in flags})
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{where}/*"}
    statement["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(Bucket=where, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 9}}
    s3.put_bucket_lifecycle_configuration(Bucket=where, LifecycleConfiguration={"Rules": [rule]})
    owner = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=where, OwnershipControls=owner)
    s3.put_bucket_tagging(Bucket=where, Tagging={"TagSet": [{"Key": "first", "Value": "1"}]})
    s3.put_bucket_tagging(Bucket=where, Tagging={"TagSet": [{"Key": "last", "Value": "<&> ț"}]})
    s3.put_bucket_cors(Bucket=where, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
    s3.delete_bucket_cors(Bucket=where)
    for body in (b"one", b"two"):
        s3.put_object(Bucket=where, Key="k", Body=body)
    s3.put_object(Bucket=where, Key="later", Body=b"x", Metadata={"a": "b"}, ContentType="text/plain")
    s3.put_object(Bucket=where, Key="gone", Body=b"old")
    s3.delete_object(Bucket=where, Key="gone")
    upload = s3.create_multipart_upload(Bucket=where, Key="large")["UploadId"]
    etag = s3.upload_part(Bucket=where, Key="large", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    empty, removed = bucket(), bucket()
    s3.delete_bucket(Bucket=removed)
    state = {"where": where, "upload": upload, "etag": etag, "buckets": sorted([where, empty]), "all": what_is_there(where)}
    pathlib.Path(os.environ["FOLDER"], "before.json").write_text(json.dumps(state))


def after_a_restart():
    state = json.loads(pathlib.Path(os.environ["FOLDER"], "before.json").read_text())
    where = state["where"]
    assert sorted(one["Name"] for one in s3.list_buckets()["Buckets"]) == state["buckets"]
    found = what_is_there(where)
    for name, value in state["all"].items():
        assert found[name] == value, (name, found[name], value)
    refused("NoSuchCORSConfiguration", "", s3.get_bucket_cors, Bucket=where)
    refused("BucketNotEmpty", "", s3.delete_bucket, Bucket=where)
    refused("BucketAlreadyOwnedByYou", "", s3.create_bucket, Bucket=where, CreateBucketConfiguration={"LocationConstraint": REGION})
    parts = {"Parts": [{"PartNumber": 1, "ETag": state["etag"]}]}
    s3.complete_multipart_upload(Bucket=where, Key="large", UploadId=state["upload"], MultipartUpload=parts)
    assert s3.get_object(Bucket=where, Key="large")["Body"].read() == b"part"
    assert s3.put_object(Bucket=where, Key="new", Body=b"x")["ServerSideEncryption"] == "aws:kms"


main(globals())
