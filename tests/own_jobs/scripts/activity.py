"""A transform of driven-data's raw files with DynamicFrames and DataFrames: cleaned, masked and grouped."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F

arguments = getResolvedOptions(sys.argv, ["JOB_NAME"])
context = GlueContext(SparkContext.getOrCreate())
job = Job(context)
job.init(arguments["JOB_NAME"], arguments)

source = context.create_dynamic_frame.from_options(
    connection_type="s3", connection_options={"paths": ["s3://BUCKET/data/raw/"]}, format="csv", format_options={"withHeader": True}
)
# All columns are texts: a CSV file has no types.
assert {kind for _, kind in source.toDF().dtypes} == {"string"}, source.toDF().dtypes
frame = source.toDF().fillna({"email": "unknown@example.com"})
frame = frame.withColumn("birth_date", F.to_date("birth_date")).withColumn("session_duration", F.col("session_duration").cast("int"))
frame = frame.dropDuplicates(["unique_id"]).filter(F.col("session_duration") > 30).filter(F.col("accessed_at") > "2024-01-01")
# \w of Java is ASCII: a name that begins with other letters stays as it is.
frame = frame.withColumn("masked_email", F.regexp_replace("email", r"^(\w{3})[^@]*@", "$1***@"))
grouped = frame.groupBy("person_name").agg(F.avg("session_duration").alias("mean"))
context.write_dynamic_frame.from_options(
    frame=DynamicFrame.fromDF(frame.select("unique_id", "email", "masked_email"), context, "filtered"), connection_type="s3",
    connection_options={"path": "s3://BUCKET/transformed/filtered"}, format="csv", format_options={"writeHeader": True},
)
context.write_dynamic_frame.from_options(
    frame=DynamicFrame.fromDF(grouped, context, "grouped"), connection_type="s3",
    connection_options={"path": "s3://BUCKET/transformed/grouped"}, format="glueparquet",
)
job.commit()
print("activity:", frame.count())
