"""Columns by the names that Glue's scripts use, and Glue's names of types."""

import re

from pyspark.sql import functions as F
from pyspark.sql import types as T

PLAIN = {
    "string": "string", "char": "string", "varchar": "string", "boolean": "boolean", "byte": "tinyint", "tinyint": "tinyint",
    "short": "smallint", "smallint": "smallint", "int": "int", "integer": "int", "long": "bigint", "bigint": "bigint",
    "float": "float", "double": "double", "decimal": "decimal(10,2)", "date": "date", "timestamp": "timestamp", "binary": "binary",
}  # fmt: skip

SHOWN = {"bigint": "long", "tinyint": "byte", "smallint": "short"}


def spark_type(name):
    """The type as Spark writes it; None for a composite one, which is left as it is."""
    name = name.strip().lower()
    if name.startswith("decimal("):
        return name
    return PLAIN.get(re.sub(r"\(.*\)$", "", name))


def hive_type(name):
    """A catalog type as Spark reads it: the same words, but for texts with a length."""
    return re.sub(r"\b(?:var)?char\(\d+\)", "string", name.strip())


def plain(path):
    return path.strip().replace("`", "") if path.count("`") == 2 and path.startswith("`") else path.strip()


def quoted(name):
    return f"`{name}`"


def find(frame, path):
    """The column at a path, or nothing: a name, dots in it or not, or the fields of structs."""
    whole = plain(path)
    if whole in frame.columns:
        return F.col(quoted(whole))
    first, *rest = whole.split(".")
    schema = next((field.dataType for field in frame.schema.fields if field.name == first), None)
    for name in rest:
        if not isinstance(schema, T.StructType) or name not in schema.names:
            return None
        schema = schema[name].dataType
    return F.col(".".join(map(quoted, [first, *rest]))) if schema is not None and rest else None


def tree(schema, depth=0):
    """Lines as Glue's printSchema has them."""
    lines = []
    for field in schema.fields:
        kind = field.dataType
        name = {T.StructType: "struct", T.ArrayType: "array", T.MapType: "map"}.get(type(kind), kind.simpleString())
        lines.append(f"{'|    ' * depth}|-- {field.name}: {SHOWN.get(name, name)}")
        inner = kind.elementType if isinstance(kind, T.ArrayType) else kind
        if isinstance(inner, T.StructType):
            lines += tree(inner, depth + 1)
        elif isinstance(kind, T.ArrayType):
            lines.append(f"{'|    ' * (depth + 1)}|-- element: {inner.simpleString()}")
    return lines
