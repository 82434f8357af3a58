"""What exists of S3: buckets with their settings, and all that is in them."""

from look import client, each, every, optional


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


LOOKS = (
    buckets,
)
KINDS = "bucket object delete-marker upload".split()
