"""DynamicFrames over Spark's DataFrames. Each column has one type: there are no choices."""

from awsglue.columns import find, plain, quoted, spark_type, tree
from awsglue.refused import Refusing, refuse
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql import types as T


class DynamicFrame(Refusing):
    def __init__(self, frame, glue_ctx, name=""):
        if not isinstance(frame, DataFrame):
            refuse("DynamicFrame of anything but a DataFrame")
        self._frame = frame
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe, glue_ctx, name=""):  # noqa: N802 - AWS's name
        return cls(dataframe, glue_ctx, name)

    def _with(self, frame):
        return DynamicFrame(frame, self.glue_ctx, self.name)

    def toDF(self, options=None):  # noqa: N802
        return self._frame

    def count(self):
        return self._frame.count()

    def schema(self):
        """Spark's types: Glue's own are not here."""
        return self._frame.schema

    def printSchema(self):  # noqa: N802
        print("\n".join(["root", *tree(self._frame.schema)]))

    def show(self, num_rows=20):
        print("\n".join(self._frame.toJSON().take(num_rows)))

    def select_fields(self, paths, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        names = [paths] if isinstance(paths, str) else paths
        kept = []
        for path in map(plain, names):
            if path in self._frame.columns:
                kept.append(F.col(quoted(path)))
            elif "." in path:
                refuse(f"select_fields of a field inside a struct ({path})")
        return self._with(self._frame.select(*kept))

    def drop_fields(self, paths, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        frame = self._frame
        for path in map(plain, [paths] if isinstance(paths, str) else paths):
            first, _, rest = path.partition(".")
            if path in frame.columns:
                frame = frame.drop(path)
            elif rest and find(frame, path) is not None:
                frame = frame.withColumn(first, F.col(quoted(first)).dropFields(rest))
        return self._with(frame)

    def rename_field(self, oldName, newName, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        old, new = plain(oldName), plain(newName)
        if old not in self._frame.columns and "." in old:
            refuse(f"rename_field of a field inside a struct ({old})")
        return self._with(self._frame.withColumnRenamed(old, new))

    def apply_mapping(self, mappings, case_sensitive=False, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        """(source, type, target, type), or (source, target), (source, target, type). What is not mapped is dropped."""
        made = []
        for mapping in mappings:
            source, target, kind = of_mapping(mapping)
            if "." in target and not mapping_is_quoted(mapping):
                refuse(f"apply_mapping into a field of a struct ({target})")
            column = find(self._frame, source)
            if column is not None:
                made.append((column.cast(kind) if kind else column).alias(target))
        return self._with(self._frame.select(*made))

    def filter(self, f, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        kept = self._frame.rdd.filter(lambda row: f(row.asDict(recursive=True)))
        return self._with(self._session().createDataFrame(kept, self._frame.schema))

    def map(self, f, preservesPartitioning=False, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        rows = self._frame.rdd.map(lambda row: nested(f(row.asDict(recursive=True)))).cache()
        if rows.isEmpty():
            return self._with(self._frame)
        # Of all records: the first one may lack a field.
        return self._with(self._session().createDataFrame(rows, samplingRatio=1.0))

    def join(self, paths1, paths2, frame2, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        """Rows with equal keys. A column of the other frame whose name is taken gets a dot in front, as in Glue."""
        left, right = self._frame, frame2.toDF()
        names = [f".{name}" if name in left.columns else name for name in right.columns]
        keys = [names[right.columns.index(plain(path))] for path in paths2]
        right = right.toDF(*names)
        pairs = [left[quoted(plain(one))] == right[quoted(other)] for one, other in zip(paths1, keys)]
        return self._with(left.join(right, pairs, "inner"))

    def union(self, frame2, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        return self._with(self._frame.unionByName(frame2.toDF(), allowMissingColumns=True))

    def resolveChoice(  # noqa: N802
        self, specs=None, choice="", database=None, table_name=None, transformation_ctx="", info="", stageThreshold=0,
        totalThreshold=0, catalog_id=None,
    ):  # fmt: skip
        """Casts. A column has one type, so `make_cols` and `make_struct` have nothing to do."""
        if choice == "match_catalog":
            from awsglue.catalog import Table

            specs = [(name, f"cast:{kind}") for name, kind in Table(database, table_name, catalog_id).columns]
            choice = ""
        elif specs and choice:
            raise ValueError("resolveChoice takes specs or choice, not both")
        frame = self._frame
        for path, action in specs or [(name, choice) for name in frame.columns]:
            verb, _, kind = action.partition(":")
            name = plain(path)
            if verb in ("make_cols", "make_struct"):
                continue
            if verb not in ("cast", "project"):
                refuse(f"resolveChoice with {action!r}")
            if name not in frame.columns:
                if "." in name:
                    refuse(f"resolveChoice of a field inside a struct ({name})")
                continue
            wanted = spark_type(kind)
            if wanted:
                frame = frame.withColumn(name, F.col(quoted(name)).cast(wanted))
        return self._with(frame)

    def drop_nulls(self):
        """Without the columns that are null in every record."""
        columns = self._frame.columns
        if not columns:
            return self
        filled = self._frame.agg(*(F.count(F.col(quoted(name))).alias(str(at)) for at, name in enumerate(columns))).first()
        empty = [name for at, name in enumerate(columns) if filled[at] == 0]
        is_void = {field.name for field in self._frame.schema.fields if isinstance(field.dataType, T.NullType)}
        return self._with(self._frame.drop(*{*empty, *is_void}))

    def repartition(self, num_partitions, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        return self._with(self._frame.repartition(num_partitions))

    def coalesce(self, num_partitions, shuffle=False, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        return self._with(self._frame.repartition(num_partitions) if shuffle else self._frame.coalesce(num_partitions))

    def getNumPartitions(self):  # noqa: N802
        return self._frame.rdd.getNumPartitions()

    def _session(self):
        return self._frame.sparkSession


def of_mapping(mapping):
    """Source, target and the target's type, if it is to change."""
    if len(mapping) == 4:
        return mapping[0], plain(mapping[2]), spark_type(mapping[3])
    if len(mapping) == 3:
        return mapping[0], plain(mapping[1]), spark_type(mapping[2])
    return mapping[0], plain(mapping[1]), None


def mapping_is_quoted(mapping):
    return mapping[2 if len(mapping) == 4 else 1].strip().startswith("`")


def nested(value):
    """A record of plain Python as Spark takes it: dicts are structs."""
    if isinstance(value, dict):
        return Row(**{name: nested(one) for name, one in value.items()})
    return [nested(one) for one in value] if isinstance(value, list) else value
