"""S3: default encryption of buckets. Every bucket has one since January 2023."""

import xml.parsers.expat

import xmltodict
from moto.core.responses import ActionResult
from moto.s3.exceptions import InvalidArgumentError, MalformedXML
from moto.s3.responses import S3Response

ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse")
BY_DEFAULT = {"SSEAlgorithm": "AES256"}


def patch():
    S3Response._encryption_config_from_body = from_body
    S3Response.get_bucket_encryption = get_bucket_encryption


def from_body(self):
    """Validates the configuration: one rule, one algorithm, a key with KMS only."""
    try:
        told = xmltodict.parse(self.body, force_list=("Rule", "EncryptionType"))["ServerSideEncryptionConfiguration"]
        (rule,) = told["Rule"]
        default = rule.get("ApplyServerSideEncryptionByDefault") or BY_DEFAULT
        algorithm = default["SSEAlgorithm"]
    except (KeyError, TypeError, ValueError, xml.parsers.expat.ExpatError):
        raise MalformedXML() from None
    if algorithm not in ALGORITHMS:
        raise MalformedXML()
    if algorithm == "AES256" and default.get("KMSMasterKeyID"):
        why = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        raise InvalidArgumentError(why, "ApplyServerSideEncryptionByDefault", "")
    return {"Rule": rule | {"ApplyServerSideEncryptionByDefault": default}}


def get_bucket_encryption(self):
    self.data["Action"] = "GetBucketEncryption"
    rule = (self.backend.get_bucket_encryption(self.bucket_name) or {}).get("Rule", {})
    told = {
        "ApplyServerSideEncryptionByDefault": rule.get("ApplyServerSideEncryptionByDefault", BY_DEFAULT),
        "BucketKeyEnabled": rule.get("BucketKeyEnabled") == "true",
    }
    if rule.get("BlockedEncryptionTypes"):
        told["BlockedEncryptionTypes"] = rule["BlockedEncryptionTypes"]
    return self.serialized(ActionResult({"ServerSideEncryptionConfiguration": {"Rules": [told]}}))
