"""How the test of a real Airflow talks to it: through MWAA's own API."""

import sys
import time

import boto3

DAG = "driven_data_pipeline"
mwaa, s3 = boto3.client("mwaa"), boto3.client("s3")


def rest(environment, method, path, body=None, **query):
    asked = {"Name": environment, "Method": method, "Path": path}
    if body is not None:
        asked["Body"] = body
    if query:
        asked["QueryParameters"] = query
    return mwaa.invoke_rest_api(**asked)["RestApiResponse"]


def eventually(what, seconds, look):
    until, away = time.monotonic() + seconds, None
    while True:
        try:
            found = look()
        except mwaa.exceptions.RestApiServerException as why:
            # Airflow is not up at the moment: who only looks, looks again.
            found, away = None, why.response["RestApiResponse"]
        if found:
            return found
        if time.monotonic() > until:
            sys.exit(f"not in {seconds} s: {what} ({away})")
        time.sleep(0.3)


def version(environment):
    return mwaa.get_environment(Name=environment)["Environment"]["AirflowVersion"]


def is_known(environment, dag):
    try:
        return rest(environment, "GET", f"/dags/{dag}")
    except mwaa.exceptions.RestApiClientException as why:
        assert why.response["RestApiStatusCode"] == 404, why.response
        return None


def results():
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="data/")
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    return bucket, [key for key in keys if key.endswith(".parquet")]
