"""Objects that are encrypted with keys of KMS, or with keys that come with the request, as boto3 sees them.

Each function is one check.
"""

import hashlib
import io
import json
import os
import pathlib

from common import bucket as new_bucket
from common import main, refused, s3, unique
from kms import ACCOUNT, EVERYTHING, NO_KEY, arn, key, kms


def told(answer):
    names = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
    return tuple(answer.get(name) for name in names)


def put(where, name="k", **more):
    return s3.put_object(Bucket=where, Key=name, Body=b"hello", **more)


def objects():
    """What is written with a key is told with its ARN, and its ETag is no MD5."""
    where, made = new_bucket(), key()
    md5 = f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert put(where, "plain")["ETag"] == md5
    with_key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": made["KeyId"]}
    answer = put(where, **with_key, BucketKeyEnabled=True, ChecksumAlgorithm="SHA256")
    assert told(answer) == ("aws:kms", made["Arn"], True) and answer["ETag"] != md5, answer
    for look in (s3.get_object, s3.head_object):
        found = look(Bucket=where, Key="k", ChecksumMode="ENABLED")
        assert told(found) == ("aws:kms", made["Arn"], True) and found["ETag"] == answer["ETag"], found
        assert found["ChecksumSHA256"] == answer["ChecksumSHA256"]
    wanted = ["ETag", "Checksum", "ObjectSize"]
    found = s3.get_object_attributes(Bucket=where, Key="k", ObjectAttributes=wanted)
    assert found["Checksum"]["ChecksumSHA256"] == answer["ChecksumSHA256"], found
    assert found["ETag"] == answer["ETag"].strip('"') and found["ObjectSize"] == 5
    listed = {one["Key"]: one["ETag"] for one in s3.list_objects_v2(Bucket=where)["Contents"]}
    assert listed == {"plain": md5, "k": answer["ETag"]}, listed
    alias = f"alias/{unique('a')}"
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyId"])
    for name in (alias, arn(alias), made["Arn"]):
        assert told(put(where, ServerSideEncryption="aws:kms", SSEKMSKeyId=name)) == ("aws:kms", made["Arn"], None)
    own = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    assert told(put(where, ServerSideEncryption="aws:kms")) == ("aws:kms", own, None)
    source = {"Bucket": where, "Key": "k"}
    copied = s3.copy_object(Bucket=where, Key="copy", CopySource=source)
    assert told(copied) == ("AES256", None, None) and copied["CopyObjectResult"]["ETag"] == md5, copied
    copied = s3.copy_object(Bucket=where, Key="copy", CopySource=source, BucketKeyEnabled=True, **with_key)
    assert told(copied) == ("aws:kms", made["Arn"], True) and copied["CopyObjectResult"]["ETag"] != md5
    body = b"x" * (6 << 20)
    s3.upload_fileobj(io.BytesIO(body * 2), where, "large", ExtraArgs=with_key)
    found = s3.get_object(Bucket=where, Key="large")
    assert told(found) == ("aws:kms", made["Arn"], None) and found["Body"].read() == body * 2
    asymmetric = key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    wrong = {
        "no-key": ("KMS.NotFoundException", "Invalid keyId 'no-key'"),
        NO_KEY: ("KMS.NotFoundException", f"Key '{arn('key/' + NO_KEY)}' does not exist"),
        f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{NO_KEY}": ("KMS.NotFoundException", "Invalid arn us-west-2"),
        asymmetric["KeyId"]: ("KMS.InvalidKeyUsageException", "SIGN_VERIFY which is not valid"),
    }
    for name, (code, words) in wrong.items():
        asked = {"Bucket": where, "Key": "new", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": name}
        refused(code, words, s3.put_object, Body=b"x", **asked)
        refused(code, words, s3.create_multipart_upload, **asked)
        refused(code, words, s3.copy_object, CopySource=source, **asked)
    needs = "requires HTTP header x-amz-server-side-encryption : aws:kms"
    refused("InvalidArgument", needs, s3.put_object, Bucket=where, Key="new", Body=b"x", SSEKMSKeyId=made["KeyId"])


def by_default():
    """A bucket's default encryption is that of each object which says nothing else."""
    where, made = new_bucket(), key()
    default = lambda: s3.get_bucket_encryption(Bucket=where)["ServerSideEncryptionConfiguration"]["Rules"]
    plain = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    assert default() == plain, "every bucket has one"
    with_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": made["Arn"]}

    def set_rules(*rules):
        s3.put_bucket_encryption(Bucket=where, ServerSideEncryptionConfiguration={"Rules": list(rules)})

    rule = {"ApplyServerSideEncryptionByDefault": with_key, "BucketKeyEnabled": True}
    set_rules(rule)
    assert default() == [rule]
    assert told(put(where)) == ("aws:kms", made["Arn"], True)
    assert told(put(where, BucketKeyEnabled=False)) == ("aws:kms", made["Arn"], True), "that is of those with a key"
    assert told(put(where, ServerSideEncryption="AES256")) == ("AES256", None, None)
    own = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    assert told(put(where, ServerSideEncryption="aws:kms")) == ("aws:kms", own, True)
    upload = s3.create_multipart_upload(Bucket=where, Key="parts")
    assert told(upload) == ("aws:kms", made["Arn"], True)
    set_rules({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse"}})
    assert told(put(where)) == ("aws:kms:dsse", own, None)
    wrong = [
        ("MalformedXML", []),
        ("MalformedXML", [rule, rule]),
        ("MalformedXML", [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "rot13"}}]),
        ("InvalidArgument", [{"ApplyServerSideEncryptionByDefault": {**with_key, "SSEAlgorithm": "AES256"}}]),
    ]
    for code, rules in wrong:
        refused(code, "", lambda: set_rules(*rules))
    s3.delete_bucket_encryption(Bucket=where)
    assert default() == plain and told(put(where)) == ("AES256", None, None)


def closed():
    """An object whose key cannot be used is closed, and opens again with it."""
    where, made = new_bucket(), key()
    put(where, ServerSideEncryption="aws:kms", SSEKMSKeyId=made["KeyId"])
    read = {"Bucket": where, "Key": "k"}
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": made["KeyId"]}}
    s3.put_bucket_encryption(Bucket=where, ServerSideEncryptionConfiguration={"Rules": [rule]})
    kms.disable_key(KeyId=made["KeyId"])
    disabled = ("KMS.DisabledException", f"{made['Arn']} is disabled.")
    refused(*disabled, s3.get_object, **read)
    refused(*disabled, s3.put_object, Bucket=where, Key="new", Body=b"x")
    refused(*disabled, s3.copy_object, Bucket=new_bucket(), Key="copy", CopySource=read)
    assert told(s3.head_object(**read)) == ("aws:kms", made["Arn"], None), "a HEAD needs no key"
    refused("400", "", s3.head_object, **read, ChecksumMode="ENABLED")
    kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=7)
    refused("KMS.KMSInvalidStateException", f"{made['Arn']} is pending deletion.", s3.get_object, **read)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=where)["Contents"]] == ["k"]
    kms.cancel_key_deletion(KeyId=made["KeyId"])
    refused(*disabled, s3.get_object, **read)
    kms.enable_key(KeyId=made["KeyId"])
    assert s3.get_object(**read)["Body"].read() == b"hello"
    s3.delete_object(**read)


def keys_of_customers():
    """What came with a key is not given without it. boto3 adds the key's MD5."""
    where = new_bucket()
    mine, other = ({"SSECustomerAlgorithm": "AES256", "SSECustomerKey": bytes([n] * 32)} for n in (1, 2))
    answer = put(where, **mine)
    assert answer["SSECustomerAlgorithm"] == "AES256" and "ServerSideEncryption" not in answer, answer
    assert answer["ETag"] != f'"{hashlib.md5(b"hello").hexdigest()}"'
    read = {"Bucket": where, "Key": "k"}
    assert s3.get_object(**read, **mine)["Body"].read() == b"hello"
    assert s3.head_object(**read, **mine)["SSECustomerKeyMD5"] == answer["SSECustomerKeyMD5"]
    refused("InvalidRequest", "stored using a form of Server Side Encryption", s3.get_object, **read)
    refused("AccessDenied", "the correct secret key", s3.get_object, **read, **other)
    refused("400", "", s3.head_object, **read)
    refused("InvalidRequest", "", s3.copy_object, Bucket=where, Key="copy", CopySource=read)
    source = {f"CopySource{name}": value for name, value in mine.items()}
    s3.copy_object(Bucket=where, Key="copy", CopySource=read, **source)
    assert s3.get_object(Bucket=where, Key="copy")["Body"].read() == b"hello"
    refused("InvalidRequest", "not applicable", s3.get_object, Bucket=where, Key="copy", **mine)
    rule = {"BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    s3.put_bucket_encryption(Bucket=where, ServerSideEncryptionConfiguration={"Rules": [rule]})
    refused("AccessDenied", "", s3.put_object, **read, Body=b"x", **mine)
    assert s3.get_object(**read, **mine)["Body"].read() == b"hello"


def owners():
    """Who expects a bucket of another account is refused."""
    where = new_bucket()
    put(where, ExpectedBucketOwner=ACCOUNT)
    other = {"Bucket": where, "ExpectedBucketOwner": "210987654321"}
    refused("AccessDenied", "", s3.put_object, **other, Key="k", Body=b"x" * 3_000_000)
    refused("AccessDenied", "", s3.get_object, **other, Key="k")
    refused("403", "", s3.head_bucket, **other)
    refused("AccessDenied", "", s3.get_bucket_encryption, **other)
    refused("AccessDenied", "", s3.delete_bucket, **other)
    source = {"CopySource": {"Bucket": where, "Key": "k"}, "ExpectedSourceBucketOwner": "210987654321"}
    refused("AccessDenied", "", s3.copy_object, Bucket=where, Key="copy", **source)
    assert s3.get_object(Bucket=where, Key="k", ExpectedBucketOwner=ACCOUNT)["Body"].read() == b"hello"


def about(name):
    """Everything about a key, but not what the moment of asking adds."""
    shown = kms.describe_key(KeyId=name)["KeyMetadata"]
    rotates = kms.get_key_rotation_status(KeyId=name)
    found = [shown, {**rotates, "ResponseMetadata": None}, kms.list_resource_tags(KeyId=name)["Tags"]]
    found += [kms.get_key_policy(KeyId=name)["Policy"], kms.list_aliases(KeyId=name)["Aliases"]]
    return json.loads(json.dumps(found, default=str))


def before_a_restart():
    where = new_bucket()
    made, going = key(Description="kept", Tags=[{"TagKey": "a", "TagValue": "ț"}]), key()
    kms.create_alias(AliasName="alias/kept", TargetKeyId=made["KeyId"])
    kms.enable_key_rotation(KeyId=made["KeyId"], RotationPeriodInDays=100)
    kms.put_key_policy(KeyId=made["KeyId"], Policy=json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]}))
    kms.schedule_key_deletion(KeyId=going["KeyId"], PendingWindowInDays=9)
    put(where, ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/kept")
    put(where, "own", ServerSideEncryption="aws:kms")
    secret = kms.encrypt(KeyId="alias/kept", Plaintext=b"secret")["CiphertextBlob"].hex()
    keys = {name: about(name) for name in (made["KeyId"], going["KeyId"])}
    own = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
    kept = {"where": where, "secret": secret, "keys": keys, "own": own}
    pathlib.Path(os.environ["FOLDER"], "before.json").write_text(json.dumps(kept))


def after_a_restart():
    kept = json.loads(pathlib.Path(os.environ["FOLDER"], "before.json").read_text())
    for name, was in kept["keys"].items():
        assert about(name) == was, (name, about(name), was)
    assert kms.decrypt(CiphertextBlob=bytes.fromhex(kept["secret"]))["Plaintext"] == b"secret"
    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"] == kept["own"]
    for name in ("k", "own"):
        assert s3.get_object(Bucket=kept["where"], Key=name)["Body"].read() == b"hello"
    listed = {one["KeyId"] for one in kms.list_keys()["Keys"]}
    assert listed == {*kept["keys"], kept["own"]}, listed
    for name, was in kept["keys"].items():
        if was[0]["KeyState"] == "PendingDeletion":
            kms.cancel_key_deletion(KeyId=name)
            kms.enable_key(KeyId=name)


def after_a_reset():
    assert kms.list_keys()["Keys"] == []


if __name__ == "__main__":
    main(globals())
