"""KMS on the local endpoint, as boto3 sees it. Each function is one check."""

import datetime
import json

from common import REGION, TRUST, client, iam, main, refused, unique

kms, tagging = client("kms"), client("resourcegroupstaggingapi")
ACCOUNT = "123456789012"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
EVERYTHING = {"Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}
NO_KEY = "134f2428-cec1-4b25-a1ae-9048164dba47"


def key(**more):
    return kms.create_key(**more)["KeyMetadata"]


def state(key_id):
    about = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    return about["KeyState"], about["Enabled"], "DeletionDate" in about


def arn(tail):
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:{tail}"


def life():
    """A key is made with its tags, found by any of its names, disabled, deleted in a while, and brought back."""
    mark = unique("mark")
    made = key(Description="first", Tags=[{"TagKey": "strata:mark", "TagValue": mark}])
    assert made["Arn"] == arn(f"key/{made['KeyId']}") and made["KeyManager"] == "CUSTOMER", made
    assert (made["KeySpec"], made["KeyUsage"], made["MultiRegion"]) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", False)
    assert "SigningAlgorithms" not in made
    name = made["KeyId"]
    tags = kms.list_resource_tags(KeyId=made["Arn"])["Tags"]
    assert tags == [{"TagKey": "strata:mark", "TagValue": mark}], tags
    wanted = [{"Key": "strata:mark", "Values": [mark]}]
    found = tagging.get_resources(TagFilters=wanted)["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [made["Arn"]], found
    kms.update_key_description(KeyId=name, Description="second")
    assert kms.describe_key(KeyId=made["Arn"])["KeyMetadata"]["Description"] == "second"

    # The ARN will do for each of them.
    kms.disable_key(KeyId=made["Arn"])
    assert state(name) == ("Disabled", False, False)
    kms.enable_key(KeyId=made["Arn"])
    assert state(name) == ("Enabled", True, False)
    for days in (6, 31):
        refused("ValidationException", "between 7 and 30", kms.schedule_key_deletion, KeyId=name, PendingWindowInDays=days)
    refused("KMSInvalidStateException", f"{made['Arn']} is not pending deletion.", kms.cancel_key_deletion, KeyId=name)
    told = kms.schedule_key_deletion(KeyId=name, PendingWindowInDays=7)
    assert (told["KeyId"], told["KeyState"], told["PendingWindowInDays"]) == (made["Arn"], "PendingDeletion", 7), told
    days = told["DeletionDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=6, hours=23) < days < datetime.timedelta(days=7), days
    assert state(name) == ("PendingDeletion", False, True)
    pending = {
        kms.create_alias: {"AliasName": "alias/pending", "TargetKeyId": name},
        kms.disable_key: {"KeyId": name},
        kms.enable_key: {"KeyId": name},
        kms.enable_key_rotation: {"KeyId": name},
        kms.schedule_key_deletion: {"KeyId": name},
        kms.tag_resource: {"KeyId": name, "Tags": [{"TagKey": "a", "TagValue": "b"}]},
        kms.update_key_description: {"KeyId": name, "Description": "third"},
    }
    for call, arguments in pending.items():
        refused("KMSInvalidStateException", f"{made['Arn']} is pending deletion.", call, **arguments)
    assert kms.list_resource_tags(KeyId=name)["Tags"] == tags, "it is found by its tags all the time"
    kms.put_key_policy(KeyId=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]}))
    assert kms.cancel_key_deletion(KeyId=name)["KeyId"] == made["Arn"]
    assert state(name) == ("Disabled", False, False), "AWS leaves it disabled"
    kms.enable_key(KeyId=name)
    assert state(name) == ("Enabled", True, False)
    assert kms.schedule_key_deletion(KeyId=name)["PendingWindowInDays"] == 30


def names():
    """What AWS says to names that it does not know."""
    cases = {
        "no-key": "Invalid keyId 'no-key'",
        NO_KEY: f"Key '{arn('key/' + NO_KEY)}' does not exist",
        arn(f"key/{NO_KEY}"): f"Key '{arn('key/' + NO_KEY)}' does not exist",
        f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{NO_KEY}": "Invalid arn eu-west-1",
        "alias/nothing": f"Alias {arn('alias/nothing')} is not found.",
    }
    for name, words in cases.items():
        refused("NotFoundException", words, kms.describe_key, KeyId=name)
    refused("NotFoundException", "Invalid keyId 'alias/x'", kms.enable_key, KeyId="alias/x")
    refused("InvalidArnException", "Aliases are not supported", kms.get_key_policy, KeyId=arn("alias/x"))
    refused("InvalidArnException", "", kms.describe_key, KeyId=f"arn:aws:s3:::{NO_KEY}")
    refused("UnsupportedOperationException", "AWS_KMS only", kms.create_key, Origin="EXTERNAL")
    refused("ValidationException", "must specify a KeyUsage", kms.create_key, KeySpec="RSA_2048")


def aliases():
    """An alias is one key's at a time; it is listed, moved, and deleted apart from its key."""
    one, two, name = key()["KeyId"], key()["KeyId"], f"alias/{unique('a')}"
    kms.create_alias(AliasName=name, TargetKeyId=one)
    refused("AlreadyExistsException", f"{arn(name)} already exists", kms.create_alias, AliasName=name, TargetKeyId=two)
    assert kms.describe_key(KeyId=arn(name))["KeyMetadata"]["KeyId"] == one
    listed = lambda of: [(each["AliasName"], each["TargetKeyId"]) for each in kms.list_aliases(KeyId=of)["Aliases"]]
    assert listed(one) == [(name, one)] and listed(two) == []
    kms.update_alias(AliasName=name, TargetKeyId=arn(f"key/{two}"))
    assert listed(one) == [] and listed(two) == [(name, two)]
    kms.schedule_key_deletion(KeyId=one, PendingWindowInDays=7)
    refused("KMSInvalidStateException", "pending deletion", kms.update_alias, AliasName=name, TargetKeyId=one)
    kms.schedule_key_deletion(KeyId=two, PendingWindowInDays=7)
    assert listed(two) == [(name, two)], "it stays with a key that is pending deletion"
    kms.delete_alias(AliasName=name)
    refused("NotFoundException", f"Alias {arn(name)} is not found.", kms.delete_alias, AliasName=name)
    refused("ValidationException", "prefix", kms.create_alias, AliasName="no-prefix", TargetKeyId=two)
    refused("NotAuthorizedException", "", kms.create_alias, AliasName="alias/aws/mine", TargetKeyId=two)
    refused("NotFoundException", "is not found", kms.update_alias, AliasName="alias/missing", TargetKeyId=key()["KeyId"])
    everything = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 5})
    every = [each for page in everything for each in page["Aliases"]]
    assert "alias/aws/ebs" in {each["AliasName"] for each in every}, "AWS's own are listed before they have keys"


def pages():
    """Lists come in pages: a hundred keys by default."""
    made = {key()["KeyId"] for _ in range(101)}
    first = kms.list_keys()
    assert len(first["Keys"]) == 100 and first["Truncated"], first
    every = [one["KeyId"] for page in kms.get_paginator("list_keys").paginate() for one in page["Keys"]]
    assert made <= set(every) and len(every) == len(set(every))
    refused("InvalidMarkerException", "", kms.list_keys, Marker="no marker")
    many = [{"TagKey": f"k{n}", "TagValue": ""} for n in range(51)]
    refused("TagException", "Too many tags", kms.create_key, Tags=many)
    refused("TagException", "Duplicate", kms.create_key, Tags=many[:1] * 2)
    refused("TagException", "reserved", kms.create_key, Tags=[{"TagKey": "aws:x", "TagValue": ""}])
    name = key(Tags=many[:50])["KeyId"]
    refused("TagException", "Too many tags", kms.tag_resource, KeyId=name, Tags=many[50:])
    kms.untag_resource(KeyId=name, TagKeys=["k0"])
    kms.tag_resource(KeyId=name, Tags=many[50:])
    assert {one["TagKey"] for one in kms.list_resource_tags(KeyId=name)["Tags"]} == {f"k{n}" for n in range(1, 51)}


def rotation():
    name = key()["KeyId"]
    status = lambda: {**kms.get_key_rotation_status(KeyId=name), "ResponseMetadata": None}
    assert status()["KeyRotationEnabled"] is False and "RotationPeriodInDays" not in status()
    kms.enable_key_rotation(KeyId=name)
    assert (status()["KeyRotationEnabled"], status()["RotationPeriodInDays"]) == (True, 365)
    kms.enable_key_rotation(KeyId=name, RotationPeriodInDays=90)
    assert status()["RotationPeriodInDays"] == 90
    left = status()["NextRotationDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert 89 <= left.days <= 90, left
    # botocore itself refuses what is too short.
    refused("ValidationException", "rotationPeriodInDays", kms.enable_key_rotation, KeyId=name, RotationPeriodInDays=2561)
    before = kms.describe_key(KeyId=name)["KeyMetadata"]["CurrentKeyMaterialId"]
    secret = kms.encrypt(KeyId=name, Plaintext=b"secret")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=name)
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["CurrentKeyMaterialId"] != before
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"secret"
    kms.schedule_key_deletion(KeyId=name, PendingWindowInDays=7)
    assert status()["KeyRotationEnabled"] is False, "a key that is pending deletion is not rotated"
    kms.cancel_key_deletion(KeyId=name)
    refused("DisabledException", "is disabled.", kms.enable_key_rotation, KeyId=name)
    kms.enable_key(KeyId=name)
    assert (status()["KeyRotationEnabled"], status()["RotationPeriodInDays"]) == (True, 90), "its setting comes back"
    kms.disable_key_rotation(KeyId=name)
    assert status()["KeyRotationEnabled"] is False


def policies():
    """A policy has to be one, has to name who exists, and has to let the caller put another one."""
    role = unique("role")
    service = {**EVERYTHING, "Principal": {"Service": f"logs.{REGION}.amazonaws.com"}, "Action": ["kms:Decrypt*"]}
    ours = {**EVERYTHING, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{role}"}}
    conditional = {**EVERYTHING, "Condition": {"StringEquals": {"aws:PrincipalTag/x": "y"}}}
    of_account = {**EVERYTHING, "Principal": {"AWS": "*"}, "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}}}
    without = {name: value for name, value in EVERYTHING.items() if name != "Principal"}
    lockout, principals = "will not allow you to update the key policy", "one or more invalid principals"
    wrong = [
        ("no policy", ""),
        ({"Version": "2012-10-17"}, ""),
        ([EVERYTHING, without], "with no principal"),
        ([EVERYTHING, ours], principals),
        ([EVERYTHING, {**EVERYTHING, "Principal": {"Service": "logs"}}], principals),
        ([service], lockout),
        ([{**EVERYTHING, "Action": "kms:Decrypt"}], lockout),
        ([conditional], lockout),
        ([EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Action": "kms:Put*"}], lockout),
        ([{name: value for name, value in EVERYTHING.items() if name != "Resource"}], lockout),
    ]
    text = lambda policy: policy if isinstance(policy, str) else json.dumps(
        policy if isinstance(policy, dict) else {"Version": "2012-10-17", "Statement": policy}
    )
    name = key()["KeyId"]
    there = lambda: kms.get_key_policy(KeyId=name)
    before = there()
    default = json.loads(before["Policy"])
    assert before["PolicyName"] == "default" and default["Statement"][0]["Principal"] == ROOT, before
    for policy, words in wrong:
        for call, more in ((kms.create_key, {}), (kms.put_key_policy, {"KeyId": name})):
            refused("MalformedPolicyDocumentException", words, call, Policy=text(policy), **more)
    assert there()["Policy"] == before["Policy"]
    kms.put_key_policy(KeyId=name, Policy=text([service]), BypassPolicyLockoutSafetyCheck=True)
    refused("LimitExceededException", "", kms.put_key_policy, KeyId=name, Policy=text([EVERYTHING]) + " " * 33_000)
    refused("NotFoundException", "No such policy", kms.get_key_policy, KeyId=name, PolicyName="other")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
    for policy in ([EVERYTHING, service, ours], [of_account], [{**EVERYTHING, "Principal": {"AWS": ACCOUNT}}]):
        kms.put_key_policy(KeyId=name, PolicyName="default", Policy=text(policy))
        found = there()["Policy"]
        assert json.loads(found)["Statement"] == policy and found != text(policy), "AWS writes it in its own way"
    assert '"Principal" : {\n      "AWS" : "' in found, found
    assert kms.list_key_policies(KeyId=name)["PolicyNames"] == ["default"]


def cryptography():
    """A key works while it is enabled, by any of its names, and only for what it is for."""
    made, other, alias = key(), key(), f"alias/{unique('a')}"
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyId"])
    secret = kms.encrypt(KeyId=alias, Plaintext=b"secret", EncryptionContext={"for": "test"})["CiphertextBlob"]
    opened = lambda **more: kms.decrypt(CiphertextBlob=secret, EncryptionContext={"for": "test"}, **more)
    assert (opened()["Plaintext"], opened(KeyId=alias)["KeyId"]) == (b"secret", made["Arn"])
    refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=secret)
    refused("IncorrectKeyException", "does not identify a CMK", opened, KeyId=other["KeyId"])
    data = kms.generate_data_key(KeyId=arn(alias), KeySpec="AES_256")
    assert len(data["Plaintext"]) == 32 and data["KeyId"] == made["Arn"]
    again = kms.re_encrypt(
        CiphertextBlob=secret, SourceEncryptionContext={"for": "test"}, DestinationKeyId=other["KeyId"]
    )["CiphertextBlob"]
    uses = [
        lambda: kms.encrypt(KeyId=alias, Plaintext=b"x"),
        lambda: kms.generate_data_key(KeyId=made["KeyId"], KeySpec="AES_128"),
        lambda: kms.generate_data_key_without_plaintext(KeyId=made["KeyId"], NumberOfBytes=16),
        opened,
        lambda: kms.re_encrypt(CiphertextBlob=again, DestinationKeyId=made["KeyId"]),
        lambda: kms.re_encrypt(
            CiphertextBlob=secret, SourceEncryptionContext={"for": "test"}, DestinationKeyId=other["KeyId"]
        ),
    ]
    kms.disable_key(KeyId=made["KeyId"])
    for use in uses:
        refused("DisabledException", f"{made['Arn']} is disabled.", use)
    kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=7)
    for use in uses:
        refused("KMSInvalidStateException", f"{made['Arn']} is pending deletion.", use)
    kms.cancel_key_deletion(KeyId=made["KeyId"])
    kms.enable_key(KeyId=made["KeyId"])
    assert opened()["Plaintext"] == b"secret"
    signing = key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    assert signing["MacAlgorithms"] == ["HMAC_SHA_256"] and "EncryptionAlgorithms" not in signing, signing
    why = f"{signing['Arn']} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt."
    refused("InvalidKeyUsageException", why, kms.encrypt, KeyId=signing["KeyId"], Plaintext=b"x")


def keys_of_aws():
    """S3's own key exists as soon as it is asked for, and cannot be changed."""
    about = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert about["KeyManager"] == "AWS" and "S3 objects" in about["Description"], about
    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"] == about["KeyId"]
    assert kms.get_key_rotation_status(KeyId=about["KeyId"])["KeyRotationEnabled"] is True
    for call, more in (
        (kms.list_resource_tags, {}),
        (kms.schedule_key_deletion, {}),
        (kms.tag_resource, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.put_key_policy, {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]})}),
    ):
        refused("AccessDeniedException", "no resource-based policy allows", call, KeyId=about["KeyId"], **more)


if __name__ == "__main__":
    main(globals())
