"""A staging script as people write it for driven-data: some columns of the raw table, as CSV, all of it each time."""

import sys

from awsglue.transforms import *  # noqa: F403
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext  # isort: skip
from awsglue.job import Job  # isort: skip

arguments = getResolvedOptions(sys.argv, ["JOB_NAME"])
context = GlueContext(SparkContext.getOrCreate())
job = Job(context)

raw = context.create_dynamic_frame.from_catalog(database="DATABASE", table_name="raw")
frame = raw.toDF().select("COLUMNS".split(","))
frame.write.mode("overwrite").option("header", "true").csv("s3://BUCKET/data/staging/TABLE")
print("TABLE:", frame.count())

# Without `init`, as it is often seen: there are no bookmarks then.
job.commit()
