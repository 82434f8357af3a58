"""A crawl of 10,000 Parquet objects in 1,000 partitions: our crawler against awswrangler's store_parquet_metadata on the
same endpoint. Both have to register every partition."""

import io
import time
from time import perf_counter

import boto3
import pyarrow as pa
import pyarrow.parquet as pq

from bench import Endpoint, seconds
from buckets import TOOLS, bucket, fill
from report import Report

ROUNDS = 5
PARTITIONS = 1000
WRANGLER = """
import awswrangler as wr
wr.config.s3_endpoint_url = wr.config.glue_endpoint_url = {url!r}
wr.config.sts_endpoint_url = {url!r}
wr.s3.store_parquet_metadata(path="s3://crawl/{path}/", database="theirs", table={table!r}, dataset=True, use_threads=True)
"""
TRUST = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'


def parquet():
    """A small file, as a pipeline's partitions have them."""
    rows = {"id": list(range(20)), "name": [f"n{n}" for n in range(20)], "amount": [n / 7 for n in range(20)]}
    out = io.BytesIO()
    pq.write_table(pa.table(rows), out)
    return out.getvalue()


def registered(glue, database, table):
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=table)
    return sum(len(page["Partitions"]) for page in pages)


def ours(glue, path, name):
    glue.create_crawler(Name=name, Role="crawler", DatabaseName="ours", TablePrefix=f"{name}_", Targets={"S3Targets": [{"Path": f"s3://crawl/{path}/"}]})
    begun = perf_counter()
    glue.start_crawler(Name=name)
    while glue.get_crawler(Name=name)["Crawler"]["State"] != "READY":
        time.sleep(0.005)
    took = perf_counter() - begun
    last = glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
    assert last["Status"] == "SUCCEEDED", last
    return took, registered(glue, "ours", f"{name}_{path}")


def theirs(end, glue, path, name):
    took = seconds([TOOLS / "python", "-c", WRANGLER.format(url=end.url, path=path, table=name)], {**end.env, "AWS_DEFAULT_REGION": "eu-central-1"})
    return took, registered(glue, "theirs", name)


def main():
    report = Report("crawl", "Crawling many partitions")
    with Endpoint() as end:
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        client = lambda service: boto3.client(service, endpoint_url=end.url, region_name="eu-central-1", **keys)
        glue, iam = client("glue"), client("iam")
        iam.create_role(RoleName="crawler", AssumeRolePolicyDocument=TRUST)
        for database in ("ours", "theirs"):
            glue.create_database(DatabaseInput={"Name": database})
        bucket(end.url, "crawl")
        names = [f"days/day={n:04d}/part-{file}.parquet" for n in range(PARTITIONS) for file in range(10)]
        fill(end.url, "crawl", names, parquet())
        pairs = []
        for turn in range(ROUNDS):
            mine, other = ours(glue, "days", f"o{turn}"), theirs(end, glue, "days", f"t{turn}")
            assert mine[1] == other[1] == PARTITIONS, (mine, other)
            pairs.append((mine[0], other[0]))
        our, their = map(list, zip(*pairs))
        objects = f"{PARTITIONS * 10:,} objects in {PARTITIONS:,} partitions"
        report.compare(objects, "awswrangler's store_parquet_metadata", our, their, "s", at_least=10)
    report.save()


main()
