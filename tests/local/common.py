"""What the boto3 checks of the local endpoint share. The endpoint and the test's own folder come from the environment."""

import json
import os
import sys
import time
import uuid

import boto3
from botocore.exceptions import ClientError

REGION = "eu-central-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def client(service, region=REGION, url=None):
    return boto3.client(
        service,
        endpoint_url=url or os.environ["AWS_ENDPOINT_URL"],
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


glue, s3, iam, athena, logs = (client(name) for name in ("glue", "s3", "iam", "athena", "logs"))


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def bucket():
    name = unique("data")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def put(where, key, text):
    s3.put_object(Bucket=where, Key=key, Body=text if isinstance(text, bytes) else text.encode())


def role(trust=TRUST):
    name = unique("role")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return name


def refused(code, words, call, **arguments):
    """The call fails with AWS's code, and its message has these words."""
    try:
        call(**arguments)
    except ClientError as error:
        got = error.response["Error"]
        assert got["Code"] == code, got
        assert words in got["Message"], got
        return
    raise AssertionError(f"{call.__name__} was not refused")


def until(what, look, seconds=60):
    """Poll until `look` answers something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = look()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")


def crawler(where, path, **more):
    """A new crawler in a new database; the answer is both names."""
    name, database = unique("crawler"), unique("db").replace("-", "_")
    target = {"Path": f"s3://{where}/{path}", **more.pop("target", {})}
    glue.create_crawler(Name=name, Role=role(), DatabaseName=database, Targets={"S3Targets": [target]}, **more)
    return name, database


def crawl(name):
    """Start and wait; the answer is the last crawl."""
    glue.start_crawler(Name=name)

    def ended():
        found = glue.get_crawler(Name=name)["Crawler"]
        return found["LastCrawl"] if found["State"] == "READY" else None

    return until(f"crawler {name}", ended)


def quotes(**more):
    name = unique("csv")
    classifier = {"Name": name, "Delimiter": ",", "QuoteSymbol": '"', "ContainsHeader": "PRESENT", "Serde": "OpenCSVSerDe"}
    glue.create_classifier(CsvClassifier={**classifier, **more})
    return name


def columns(table):
    return [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]


def query(sql, database, output, expect="SUCCEEDED", **more):
    """Run a query; the answer is its execution."""
    started = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": database},
        ResultConfiguration={"OutputLocation": output},
        **more,
    )["QueryExecutionId"]

    def ended():
        found = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
        return found if found["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED") else None

    found = until(sql, ended)
    assert found["Status"]["State"] == expect, (sql, found["Status"])
    return found


def rows(sql, database, output):
    """The rows of a query without the header; None is null."""
    found = query(sql, database, output)
    answer = athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
    data = [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer["ResultSet"]["Rows"]]
    return data[1:]


def main(module):
    """Run the checks that are named on the command line."""
    for name in sys.argv[1:]:
        module[name]()
