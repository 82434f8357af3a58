"""What exists of KMS."""

from look import client, each, every, optional


def keys():
    kms = client("kms")

    def ask(key):
        found = optional(kms.describe_key, KeyId=key["KeyId"])
        # The tags of keys that AWS manages are hidden.
        ours = found and found["KeyMetadata"]["KeyManager"] == "CUSTOMER"
        tags = every("kms", "list_resource_tags", "Tags", KeyId=key["KeyId"]) if ours else []
        # A key on its way to be deleted is of no use and costs nothing; AWS keeps it for days.
        kind = "key-pending" if found and found["KeyMetadata"]["KeyState"] == "PendingDeletion" else "key"
        return found and (kind, key["KeyId"], {**found["KeyMetadata"], "Tags": tags})

    return each(every("kms", "list_keys", "Keys"), ask)


def aliases():
    found = every("kms", "list_aliases", "Aliases")
    # AWS's own come with the services that use them.
    return [("alias", one["AliasName"], one) for one in found if not one["AliasName"].startswith("alias/aws/")]


LOOKS = (
    keys,
    aliases,
)
KINDS = "key key-pending alias".split()
