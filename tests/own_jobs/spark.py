"""Spark jobs with a person's own script. Each function is one check; arguments name those to run."""

import csv
import io
import os
import re

from start import SPARK, done, ended, failed, lines, make, start
from common import bucket, crawl, crawler, glue, main, put, quotes, s3  # isort: skip

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = {
    "dim_address": "unique_id,address,mac_address,ip_address",
    "dim_date": "unique_id,accessed_at",
    "dim_finance": "unique_id,iban",
    "dim_person": "unique_id,person_name,user_name,email,phone,birth_date,personal_number",
    "fact_network_usage": "unique_id,session_duration,download_speed,upload_speed,consumed_traffic",
}


def script(name, where, database="d", table="", columns=""):
    with open(f"{HERE}/scripts/{name}") as file:
        text = file.read()
    for word, value in (("DATABASE", database), ("BUCKET", where), ("TABLE", table), ("COLUMNS", columns)):
        text = text.replace(word, value)
    return text


def raw():
    """A bucket with a day of raw rows, and their table: bucket, database, the rows."""
    where = bucket()
    with open(os.path.join(HERE, "../fixtures/batch_2024-09-15.csv")) as file:
        text = file.read()
    put(where, "data/raw/raw_batch_data_2024-09-15.csv", text)
    name, database = crawler(where, "data/raw/", Classifiers=[quotes()])
    assert crawl(name)["Status"] == "SUCCEEDED"
    return where, database, list(csv.DictReader(io.StringIO(text)))


def written(where, prefix):
    """The rows of all CSV files below a prefix."""
    found = s3.list_objects_v2(Bucket=where, Prefix=prefix).get("Contents", [])
    texts = [s3.get_object(Bucket=where, Key=one["Key"])["Body"].read().decode() for one in found if one["Key"].endswith(".csv")]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text))]


def table(where, database, name, lines_of):
    """A CSV table whose partitions are days, where it has such."""
    serde = {"SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde", "Parameters": {"separatorChar": ","}}
    columns = [{"Name": column, "Type": kind} for column, kind in (("id", "bigint"), ("price", "decimal(10,2)"), ("at", "date"))]
    storage = {"Columns": columns, "Location": f"s3://{where}/{name}/", "SerdeInfo": serde}
    keys = [{"Name": "day", "Type": "string"}]
    parameters = {"classification": "csv", "skip.header.line.count": "1"}
    glue.create_table(DatabaseName=database, TableInput={"Name": name, "StorageDescriptor": storage, "PartitionKeys": keys, "Parameters": parameters})
    for day, text in lines_of.items():
        part = {**storage, "Location": f"s3://{where}/{name}/day={day}"}
        put(where, f"{name}/day={day}/x.csv", f"id,price,at\n{text}\n")
        glue.create_partition(DatabaseName=database, TableName=name, PartitionInput={"Values": [day], "StorageDescriptor": part})


def d2_without_spark():
    """d2: the five scripts in pythonshell jobs, where there is no PySpark."""
    where = bucket()
    names = [make(where, script("staging.py", where, table=name, columns=columns)) for name, columns in TABLES.items()]
    for name, run in [(name, start(name)) for name in names]:
        found = ended(name, run)
        assert (found["JobRunState"], found["ErrorMessage"]) == ("FAILED", "ModuleNotFoundError: No module named 'pyspark'"), found
        assert found["ErrorMessage"] in lines(found, "error")


def d2_with_spark():
    """d2: the same in Spark jobs. One has a session to itself; the others share one, with all that awsglue does."""
    where, database, rows = raw()
    texts = {name: script("staging.py", where, database, name, columns) for name, columns in TABLES.items()}
    said = done(make(where, texts.pop("dim_address"), SPARK))
    assert said == [f"dim_address: {len(rows)}"], said
    table(where, database, "sales", {"2024-09-15": "1,1.50,2024-09-15", "2024-09-16": "2,,2024-09-16"})
    table(where, database, "nothing", {})
    table(where, database, "wrong", {"2024-09-15": "many,1,2024-09-15"})
    texts |= {name: script(name, where, database) for name in ("activity.py", "frames.py")}
    for name, text in texts.items():
        put(where, f"parts/{name}", text)
    all_of_them = f"""
import boto3
for name in {list(texts)}:
    text = boto3.client("s3").get_object(Bucket="{where}", Key="parts/" + name)["Body"].read()
    exec(compile(text, name, "exec"), {{"__name__": "__main__"}})
"""
    name = make(where, all_of_them, SPARK)
    found = ended(name, start(name))
    said = lines(found, "output")
    assert found["JobRunState"] == "SUCCEEDED", (found, said, lines(found, "error"))
    assert "frames: ok" in said and "|-- name: string" in said and '{"id":"1","name":"a"}' in said, said
    assert any("a line of the logger" in line for line in lines(found, "error"))
    for name, columns in TABLES.items():
        key = lambda row: row["unique_id"]  # noqa: E731
        expected = sorted(({column: row[column] for column in columns.split(",")} for row in rows), key=key)
        assert sorted(written(where, f"data/staging/{name}/"), key=key) == expected, name
    masks = written(where, "transformed/filtered/")
    kept = [row for row in rows if int(row["session_duration"]) > 30]
    assert f"activity: {len(kept)}" in said and len(masks) == len(kept) > 0, said
    for row in masks:
        assert row["masked_email"] == re.sub(r"^(\w{3})[^@]*@", r"\1***@", row["email"], flags=re.ASCII), row
    # d25: what begins with other letters than ASCII's is not masked.
    assert any(row["masked_email"] == row["email"] for row in masks)
    left = [one["Key"] for one in s3.list_objects_v2(Bucket=where)["Contents"] if "_temporary" in one["Key"] or one["Key"].endswith("/")]
    assert not left, left


def errors():
    """ErrorMessage of Spark jobs: none of these needs Spark itself."""
    where = bucket()
    for text, words in (
        ("\nimport nope\n", "Error Category: IMPORT_ERROR; Failed Line Number: 2; ModuleNotFoundError: No module named 'nope'"),
        ("x = 1\n1 / 0\n", "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 2; ZeroDivisionError: division by zero"),
        ("def f(:\n", "Error Category: SYNTAX_ERROR; Failed Line Number: 1; SyntaxError: invalid syntax"),
    ):
        found = failed(make(where, text, SPARK))
        assert found["ErrorMessage"] == words and found["LogGroupName"] == "/aws-glue/jobs", found
    text = """
import sys
from awsglue.utils import getResolvedOptions
found = getResolvedOptions(sys.argv, ["JOB_NAME", "day"])
print(found["JOB_NAME"], found["day"], found["JOB_RUN_ID"])
"""
    name = make(where, text, SPARK)
    run = start(name, day="2024-09-15")
    assert lines(ended(name, run), "output") == [f"{name} 2024-09-15 {run}"]


main(globals())
