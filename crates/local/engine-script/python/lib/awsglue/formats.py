"""Files of Glue's formats by Spark's readers and writers, with Glue's options and Glue's defaults."""

from awsglue.refused import ignore, refuse

CSV = ("separator", "quoteChar", "escaper", "withHeader", "writeHeader", "multiLine", "multiline", "optimizePerformance")
CHANGES = ("skipFirst", "attachFilename", "attachTimestamp", "jsonPath", "strictCheckForQuoting", "logFormat", "rowTag")
OPTIONS = {
    "csv": CSV,
    "json": ("multiLine", "multiline", "optimizePerformance"),
    "parquet": ("useGlueParquetWriter", "compression", "blockSize", "pageSize"),
    "orc": ("compression",),
}


def format_of(name):
    name = {"glueparquet": "parquet"}.get(name, name)
    if name not in OPTIONS:
        refuse(f"format {name!r}")
    return name


def checked(name, options):
    options = dict(options or {})
    for one in CHANGES:
        if options.get(one) not in (None, False, "false"):
            refuse(f"format option {one!r}")
    ignore(f"format_options of {name}", options, (*OPTIONS[name], *CHANGES))
    return options


def truth(value):
    return str(value).lower() == "true"


def csv_options(options):
    quote = options.get("quoteChar", '"')
    quote = "" if quote in (-1, "-1") else quote
    # Glue has no escape character of its own; a quote in a field is written twice.
    escape = options.get("escaper") or quote or "\0"
    return {"sep": options.get("separator", ","), "quote": quote, "escape": escape}


def multi_line(options):
    return truth(options.get("multiLine", options.get("multiline", False)))


def reader(spark, name, options):
    """A reader, and whether the files have a header."""
    options = checked(name, options)
    read = spark.read.format(name)
    if name == "csv":
        read = read.options(**csv_options(options))
    if name in ("csv", "json"):
        read = read.option("multiLine", multi_line(options))
    return read, truth(options.get("withHeader", False))


def write(frame, path, name, options, compression, partitions):
    """Adds files, as Glue does; it never overwrites."""
    options = checked(name, options)
    to = frame.write.format(name).mode("append")
    if name == "csv":
        # Glue writes the names unless it is told not to, and leaves an empty text empty.
        to = to.options(**csv_options(options), header=truth(options.get("writeHeader", True)), emptyValue="")
    compression = options.get("compression", compression)
    if compression:
        to = to.option("compression", compression)
    if partitions:
        to = to.partitionBy(*partitions)
    to.save(path)
