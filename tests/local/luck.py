"""What the checks of weather share. Nothing is tried again behind their backs: each call is one request."""

import json
import os
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from common import REGION

URL = os.environ["AWS_ENDPOINT_URL"]
ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=20, s3={"addressing_style": "path"})


def client(service):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=URL, region_name=REGION, config=ONCE, **keys)


ec2, s3, iam, glue, logs, kms, mwaa, athena, sts, serverless = (
    client(name) for name in ("ec2", "s3", "iam", "glue", "logs", "kms", "mwaa", "athena", "sts", "mwaa-serverless")
)


def admin(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + path, data=data)) as answer:
        return json.loads(answer.read())


def weather(**settings):
    admin("/_local/weather", settings)


def report():
    return admin("/_local/weather")


def struck():
    return [(one["operation"], one["kind"]) for one in report()["struck"]]


def outcome(call, **arguments):
    """The code of AWS's error and the status; `cut` without an answer; None when it went well."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    except HTTPClientError as error:
        return type(error).__name__
    return None


def vpcs():
    return len(ec2.describe_vpcs()["Vpcs"])


def airflow():
    """The checks of Airflow environments, which know how to make one in good weather."""
    weather()
    # They would run those that are named on the command line.
    del sys.argv[1:]
    import mwaa

    return mwaa
