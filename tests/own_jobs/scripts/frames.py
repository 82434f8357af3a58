"""What the endpoint's awsglue does, and what it refuses, seen from inside of a Spark job."""

import sys
from datetime import date

import awsglue.transforms as transforms
from awsglue import DynamicFrame
from awsglue.context import GlueContext
from awsglue.transforms import ApplyMapping, DropFields, DropNullFields, Filter, Join, Map, RenameField, ResolveChoice, SelectFields
from pyspark.context import SparkContext

context = GlueContext(SparkContext.getOrCreate())
spark = context.spark_session


def dynamic(rows, schema):
    return DynamicFrame.fromDF(spark.createDataFrame(rows, schema), context, "test")


def rows(frame):
    return sorted(tuple(row) for row in frame.toDF().collect())


def refused(words, work):
    try:
        work()
    except (AttributeError, NotImplementedError) as why:
        assert words in str(why) and "the local endpoint's awsglue has no" in str(why), why
        return
    raise AssertionError(f"{words} was not refused")


one = dynamic([("1", "a", None), ("2", "b", None)], "id string, name string, empty string")
two = dynamic([("2", 5.5)], "id string, price double")
mapped = ApplyMapping.apply(frame=one, mappings=[("id", "string", "key", "int"), ("name", "string", "word", "string"), ("x", "int", "x", "int")])
assert mapped.toDF().dtypes == [("key", "int"), ("word", "string")] and rows(mapped) == [(1, "a"), (2, "b")]
assert SelectFields.apply(one, ["name"]).toDF().columns == ["name"]
assert DropFields.apply(one, ["empty"]).toDF().columns == ["id", "name"]
assert RenameField.apply(one, "name", "called").toDF().columns == ["id", "called", "empty"]
assert DropNullFields.apply(one).toDF().columns == ["id", "name"]
assert rows(Filter.apply(frame=one, f=lambda record: record["id"] == "2")) == [("2", "b", None)]
doubled = Map.apply(frame=two, f=lambda record: {**record, "price": record["price"] * 2})
assert rows(doubled) == [("2", 11.0)], rows(doubled)
joined = Join.apply(one, two, ["id"], ["id"])
assert joined.toDF().columns == ["id", "name", "empty", ".id", "price"] and rows(joined.drop_fields([".id", "empty"])) == [("2", "b", 5.5)]
assert rows(ResolveChoice.apply(one.select_fields(["id"]), specs=[("id", "cast:long")])) == [(1,), (2,)]
nested = DynamicFrame.fromDF(spark.sql("SELECT named_struct('x', 1, 'y', named_struct('z', 'w')) s"), context, "nested")
assert rows(nested.apply_mapping([("s.y.z", "string", "z", "string"), ("s.x", "int", "x", "long")])) == [("w", 1)]
assert one.count() == 2 and one.schema().names == ["id", "name", "empty"]
one.printSchema()
one.select_fields(["id", "name"]).show(1)

refused("Relationalize", lambda: transforms.Relationalize.apply(one, "s3://BUCKET/tmp"))
refused("DynamicFrame.unnest", lambda: one.unnest())
refused("GlueContext.getSink", lambda: context.getSink(connection_type="s3"))
refused("Writer.from_jdbc_conf", lambda: context.write_dynamic_frame.from_jdbc_conf(one))
refused("connection type 'mysql'", lambda: context.create_dynamic_frame.from_options("mysql", {"url": "x"}))
refused("format 'avro'", lambda: context.create_dynamic_frame.from_options("s3", {"paths": ["s3://BUCKET/x"]}, format="avro"))
refused("enableUpdateCatalog", lambda: context.write_dynamic_frame.from_catalog(one, "d", "t", additional_options={"enableUpdateCatalog": True}))

# Tables: types and partitions are the catalog's.
table = context.create_dynamic_frame.from_catalog(database="DATABASE", table_name="sales", push_down_predicate="day = '2024-09-15'")
assert table.toDF().dtypes == [("id", "bigint"), ("price", "decimal(10,2)"), ("at", "date"), ("day", "string")], table.toDF().dtypes
assert [(row.id, str(row.price), row.at, row.day) for row in table.toDF().collect()] == [(1, "1.50", date(2024, 9, 15), "2024-09-15")]
more = dynamic([("7", "2.5", "2024-09-16", "2024-09-16")], "id string, price string, at string, day string")
context.write_dynamic_frame.from_catalog(frame=more, database="DATABASE", table_name="sales")
assert context.create_dynamic_frame.from_catalog("DATABASE", "sales").count() == 3
assert rows(context.create_dynamic_frame.from_catalog("DATABASE", "nothing")) == []
wrong = context.create_dynamic_frame.from_catalog("DATABASE", "wrong")
try:
    wrong.count(), wrong.toDF().collect()
    raise AssertionError("a value that does not fit its type was taken")
except Exception as why:  # noqa: BLE001
    assert "no choice types: the column id is bigint in the catalog, and has the value many" in str(why), why

# Files: the formats there and back, folders below, and plain Spark on s3://.
for form in ("csv", "json", "parquet", "orc"):
    path = f"s3://BUCKET/there/{form}"
    context.write_dynamic_frame.from_options(two, "s3", {"path": path, "partitionKeys": ["id"]}, form)
    options = {"withHeader": True} if form == "csv" else {}
    back = context.create_dynamic_frame.from_options("s3", {"paths": [path]}, form, options)
    assert [(str(row.price), row.id) for row in back.toDF().collect()] == [("5.5", 2)], (form, back.toDF().collect())
bare = context.create_dynamic_frame.from_options("s3", {"paths": ["s3://BUCKET/there/csv/"], "recurse": True}, "csv")
assert rows(bare) == [("5.5",), ("price",)] and bare.toDF().columns == ["col0"]
assert spark.read.parquet("s3://BUCKET/there/parquet").count() == 1
context.get_logger().info("a line of the logger")
print("frames: ok", file=sys.stdout)
