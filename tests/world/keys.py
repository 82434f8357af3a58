"""What exists of KMS."""

from look import client, each, every, optional


def keys():
    kms = client("kms")

    def ask(key):
        found = optional(kms.describe_key, KeyId=key["KeyId"])
        # Of keys that AWS manages nobody sees the tags.
        ours = found and found["KeyMetadata"]["KeyManager"] == "CUSTOMER"
        tags = every("kms", "list_resource_tags", "Tags", KeyId=key["KeyId"]) if ours else []
        return found and ("key", key["KeyId"], {**found["KeyMetadata"], "Tags": tags})

    return each(every("kms", "list_keys", "Keys"), ask)


LOOKS = (
    keys,
)
KINDS = "key".split()
