"""What exists of KMS."""

from look import client, each, every, optional


def keys():
    kms = client("kms")

    def ask(key):
        found = optional(kms.describe_key, KeyId=key["KeyId"])
        return found and ("key", key["KeyId"], found["KeyMetadata"])

    return each(every("kms", "list_keys", "Keys"), ask)


LOOKS = (
    keys,
)
KINDS = "key".split()
