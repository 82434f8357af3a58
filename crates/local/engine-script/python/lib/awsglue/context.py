"""The context of a Spark job: readers and writers of DynamicFrames."""

import logging
import sys

from awsglue.catalog import Table, holds
from awsglue.dynamicframe import DynamicFrame
from awsglue.formats import format_of, reader, write
from awsglue.refused import Refusing, known, refuse
from pyspark.sql import SparkSession

# Of S3 as a source: what changes no row.
TUNING = ("groupFiles", "groupSize", "inPartition", "maxBand", "maxFilesInBand", "useS3ListImplementation", "boundedFiles", "boundedSize")
# Of a SQLContext, which Glue's context is, too.
SQL = ("sql", "read", "table", "createDataFrame", "udf")


class GlueContext(Refusing):
    def __init__(self, sparkContext=None, **options):  # noqa: N803 - AWS's name
        self.spark_session = SparkSession(sparkContext) if sparkContext else SparkSession.builder.getOrCreate()
        self._sc = self.spark_session.sparkContext
        self.create_dynamic_frame = Reader(self, lambda frame, name: DynamicFrame(frame, self, name))
        self.create_data_frame = Reader(self, lambda frame, name: frame)
        self.write_dynamic_frame = Writer(self)

    def __getattr__(self, name):
        if name in SQL:
            return getattr(self.spark_session, name)
        return super().__getattr__(name)

    def getSparkSession(self):  # noqa: N802
        return self.spark_session

    def get_logger(self):
        """A logger that writes to the job's error log."""
        logger = logging.getLogger("GlueLogger")
        if not logger.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s GlueLogger: %(message)s"))
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
        return logger

    def create_dynamic_frame_from_catalog(self, *words, **named):
        return self.create_dynamic_frame.from_catalog(*words, **named)

    def create_dynamic_frame_from_options(self, *words, **named):
        return self.create_dynamic_frame.from_options(*words, **named)

    def create_data_frame_from_catalog(self, *words, **named):
        return self.create_data_frame.from_catalog(*words, **named)

    def create_data_frame_from_options(self, *words, **named):
        return self.create_data_frame.from_options(*words, **named)

    def write_dynamic_frame_from_options(self, *words, **named):
        return self.write_dynamic_frame.from_options(*words, **named)

    def write_dynamic_frame_from_catalog(self, *words, **named):
        return self.write_dynamic_frame.from_catalog(*words, **named)


class Reader(Refusing):
    """`create_dynamic_frame` and `create_data_frame`."""

    def __init__(self, glue_ctx, made):
        self._glue_ctx, self._made = glue_ctx, made

    def from_catalog(
        self, database=None, table_name=None, redshift_tmp_dir="", transformation_ctx="", push_down_predicate="",
        additional_options=None, catalog_id=None, name_space=None, **more,
    ):  # fmt: skip
        known("argument of from_catalog", more, ())
        known("additional option of from_catalog", additional_options, TUNING)
        frame = Table(database or name_space, table_name, catalog_id).read(self._glue_ctx.spark_session)
        return self._made(frame.where(push_down_predicate) if push_down_predicate else frame, table_name)

    def from_options(
        self, connection_type, connection_options=None, format=None, format_options=None, transformation_ctx="",  # noqa: A002
        push_down_predicate="", **more,
    ):  # fmt: skip
        known("argument of from_options", more, ())
        if connection_type not in ("s3", *(("parquet", "orc") if format is None else ())):
            refuse(f"connection type {connection_type!r}")
        options = connection_options or {}
        known("connection option of S3", options, ("paths", "path", "recurse", *TUNING))
        name = format_of(format or connection_type)
        paths = options.get("paths") or options.get("path") or []
        paths = [path for path in ([paths] if isinstance(paths, str) else paths) if holds(path)]
        session = self._glue_ctx.spark_session
        if not paths:
            return self._made(session.createDataFrame([], "dummy string").drop("dummy"), "")
        read, has_header = reader(session, name, format_options)
        if str(options.get("recurse", "")).lower() == "true":
            read = read.option("recursiveFileLookup", "true")
        # Glue takes CSV as texts.
        read = read.option("header", has_header) if name == "csv" else read
        frame = read.load(paths)
        if name == "csv" and not has_header:
            frame = frame.toDF(*(f"col{at}" for at in range(len(frame.columns))))
        return self._made(frame.where(push_down_predicate) if push_down_predicate else frame, "")


class Writer(Refusing):
    """`write_dynamic_frame`."""

    def __init__(self, glue_ctx):
        self._glue_ctx = glue_ctx

    def __call__(self, *words, **named):
        return self.from_options(*words, **named)

    def from_options(
        self, frame, connection_type, connection_options=None, format=None, format_options=None, transformation_ctx="", **more,  # noqa: A002
    ):  # fmt: skip
        known("argument of write_dynamic_frame.from_options", more, ())
        if connection_type != "s3":
            refuse(f"connection type {connection_type!r}")
        options = connection_options or {}
        known("connection option of S3", options, ("path", "partitionKeys", "compression", "compressionType"))
        compression = options.get("compression") or options.get("compressionType")
        write(frame.toDF(), options["path"], format_of(format or "json"), format_options, compression, options.get("partitionKeys"))
        return frame

    def from_catalog(
        self, frame, database=None, table_name=None, redshift_tmp_dir="", transformation_ctx="", additional_options=None,
        catalog_id=None, name_space=None, **more,
    ):  # fmt: skip
        known("argument of write_dynamic_frame.from_catalog", more, ())
        # Among them `enableUpdateCatalog`: the catalog stays as it is.
        known("additional option of write_dynamic_frame.from_catalog", additional_options, ("partitionKeys",))
        Table(database or name_space, table_name, catalog_id).write(frame.toDF())
        return frame
