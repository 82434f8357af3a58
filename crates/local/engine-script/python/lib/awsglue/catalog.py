"""Tables of the Data Catalog: what the endpoint's Glue says of them, and their files read by Spark."""

import functools

import boto3
from awsglue.columns import hive_type, quoted
from awsglue.formats import reader, write
from awsglue.refused import refuse
from pyspark.sql import functions as F

SERDES = {"opencsvserde": "csv", "lazysimpleserde": "csv", "parquethiveserde": "parquet", "jsonserde": "json", "orcserde": "orc"}


class Table:
    """A table with what its files are read and written by."""

    def __init__(self, database, name, catalog_id=None):
        self.glue = boto3.client("glue")
        self.names = {"DatabaseName": database, **({"CatalogId": catalog_id} if catalog_id else {})}
        self.name = name
        self.table = self.glue.get_table(Name=name, **self.names)["Table"]
        self.storage = self.table["StorageDescriptor"]
        self.parameters = self.table.get("Parameters", {})
        kind = self.parameters.get("table_type", self.parameters.get("spark.sql.sources.provider", "")).lower()
        if kind in ("iceberg", "delta", "hudi") or self.table.get("TableType") == "VIRTUAL_VIEW":
            refuse(f"reader of {database}.{name}, a table of the type {kind or 'view'}")
        serde = self.storage.get("SerdeInfo", {})
        library = serde.get("SerializationLibrary", "").rpartition(".")[2].lower()
        known = self.parameters.get("classification", "").lower()
        self.format = known if known in SERDES.values() else SERDES.get(library)
        if self.format is None:
            refuse(f"reader of {database}.{name}, whose classification is {known or 'missing'} and whose SerDe is {library or 'missing'}")
        self.serde = serde.get("Parameters", {})
        self.columns = [(one["Name"], hive_type(one.get("Type", "string"))) for one in self.storage["Columns"]]
        self.keys = [(one["Name"], hive_type(one.get("Type", "string"))) for one in self.table.get("PartitionKeys", [])]
        self.has_header = self.parameters.get("skip.header.line.count", self.serde.get("skip.header.line.count", "0")) == "1"

    def options(self):
        """Glue's format options for the table."""
        if self.format != "csv":
            return {}
        separator = self.serde.get("separatorChar") or self.serde.get("field.delim") or self.parameters.get("delimiter", ",")
        return {
            "separator": separator, "quoteChar": self.serde.get("quoteChar", '"'), "withHeader": self.has_header,
            "writeHeader": self.has_header,
        }  # fmt: skip

    def partitions(self):
        """Location and values of each."""
        pages = self.glue.get_paginator("get_partitions").paginate(TableName=self.name, **self.names)
        return [(one["StorageDescriptor"]["Location"], one["Values"]) for page in pages for one in page["Partitions"]]

    def read(self, spark):
        """All rows, with the catalog's types."""
        parts = self.partitions() if self.keys else [(self.storage["Location"], [])]
        frames = [self.part(spark, location, values) for location, values in parts if holds(location)]
        if not frames:
            schema = ", ".join(f"{quoted(name)} {kind}" for name, kind in [*self.columns, *self.keys])
            return spark.createDataFrame([], schema)
        return functools.reduce(lambda one, other: one.unionByName(other), frames)

    def part(self, spark, location, values):
        read, has_header = reader(spark, self.format, self.options())
        # Glue reads what is in folders below, too.
        read = read.option("recursiveFileLookup", "true")
        if self.format == "csv":
            texts = ", ".join(f"{quoted(name)} string" for name, _ in self.columns)
            frame = read.option("header", has_header).schema(texts).load(location)
            frame = frame.select(*(typed(name, kind) for name, kind in self.columns))
        elif self.format == "json":
            schema = ", ".join(f"{quoted(name)} {kind}" for name, kind in self.columns)
            frame = read.schema(schema).load(location)
        else:
            frame = read.load(location)
            found = {name.lower(): name for name in frame.columns}
            column = lambda name: F.col(quoted(found[name.lower()])) if name.lower() in found else F.lit(None)  # noqa: E731
            frame = frame.select(*(column(name).cast(kind).alias(name) for name, kind in self.columns))
        for (name, kind), value in zip(self.keys, values):
            frame = frame.withColumn(name, F.lit(value).cast(kind))
        return frame

    def write(self, frame):
        columns = [name for name, _ in [*self.columns, *self.keys]]
        missing = [name for name in columns if name not in frame.columns]
        if missing:
            raise ValueError(f"writing the table {self.name}: the frame lacks the columns {', '.join(missing)}")
        kept = frame.select(*(F.col(quoted(name)).cast(kind).alias(name) for name, kind in [*self.columns, *self.keys]))
        options = {name: value for name, value in self.options().items() if name != "withHeader"}
        write(kept, self.storage["Location"], self.format, options, None, [name for name, _ in self.keys])


def typed(name, kind):
    """A text as the catalog's type. Glue makes a choice of types where a value does not fit; there is none here."""
    text = F.col(quoted(name))
    if kind == "string":
        return text
    value = F.trim(text).cast(kind)
    words = F.concat(
        F.lit(f"the local endpoint's awsglue has no choice types: the column {name} is {kind} in the catalog, and has the value "), text
    )
    wrong = value.isNull() & text.isNotNull() & (F.trim(text) != "")
    return F.when(wrong, F.raise_error(words).cast(kind)).otherwise(value).alias(name)


def holds(location):
    """Whether there is anything: Spark fails where Glue finds no rows."""
    bucket, _, prefix = location.partition("://")[2].partition("/")
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)
    return found["KeyCount"] > 0
