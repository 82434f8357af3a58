"""What an engine does by hash or by comparison, over each type that a table can have: groups, distinct rows, joins, orders."""

import tempfile

from common import bucket, glue, main, put, rows, unique

# A column, its type, its value in the two rows that are alike and in the other one, an expression over it, and that one's values.
TYPES = [
    ("s", "string", "ax", "b", "upper(s)", "AX", "B"),
    ("i", "int", "150", "250", "i / 100", "1", "2"),
    ("l", "bigint", "10000000000", "20000000000", "l / 100", "100000000", "200000000"),
    ("d", "double", "150.5", "250.5", "floor(d / 100)", "1.0", "2.0"),
    ("m", "decimal(18,2)", "150.25", "250.75", "floor(m / 100)", "1.00", "2.00"),
    ("day", "date", "2024-09-15", "2024-10-16", "date_trunc('month', day)", "2024-09-01", "2024-10-01"),
    ("at", "timestamp", "2024-09-15 10:11:12.000", "2024-10-16 00:00:00.000", "CAST(at AS date)", "2024-09-15", "2024-10-16"),
    ("b", "boolean", "false", "true", "NOT b", "true", "false"),
]
INPUT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


def table(where):
    """Two rows alike, one other, and one with nothing but its name."""
    import duckdb

    known = lambda at: ", ".join(f"CAST('{line[at]}' AS {line[1].replace('string', 'varchar')})" for line in TYPES)  # noqa: E731
    nothing = ", ".join("NULL" for _ in TYPES)
    values = f"('1', {known(2)}), ('2', {known(2)}), ('3', {known(3)}), ('4', {nothing})"
    names = ", ".join(f'"{line[0]}"' for line in TYPES)
    with tempfile.NamedTemporaryFile() as file:
        duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) AS t(id, {names})) TO '{file.name}' (FORMAT parquet)")
        with open(file.name, "rb") as body:
            put(where, "t/one.parquet", body.read())
    database = unique("types").replace("-", "_")
    glue.create_database(DatabaseInput={"Name": database})
    columns = [{"Name": name, "Type": kind} for name, kind, *_ in [("id", "string"), *TYPES]]
    storage = {"Columns": columns, "Location": f"s3://{where}/t/", "InputFormat": INPUT, "SerdeInfo": {"SerializationLibrary": SERDE}}
    glue.create_table(DatabaseName=database, TableInput={"Name": "t", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage})
    return database


def types():
    where = bucket()
    database = table(where)

    def told(sql, wanted):
        got = rows(sql, database, f"s3://{where}/results/")
        assert got == wanted, (sql, got, wanted)

    for c, _, repeated, other, e, repeats, others in TYPES:
        told(f"SELECT {c}, count(*) FROM t GROUP BY {c} ORDER BY {c}", [[repeated, "2"], [other, "1"], [None, "1"]])
        told(f"SELECT DISTINCT {c} FROM t ORDER BY {c} DESC", [[other], [repeated], [None]])
        told(f"SELECT a.id, z.id FROM t a JOIN t z ON a.{c} = z.{c} ORDER BY 1, 2", [list("11"), list("12"), list("21"), list("22"), list("33")])
        told(f"SELECT a.id, z.{c} FROM t a LEFT JOIN t z ON a.{c} = z.{c} AND a.id = z.id ORDER BY 1", [["1", repeated], ["2", repeated], ["3", other], ["4", None]])
        told(f"SELECT id FROM t ORDER BY {c} DESC, id DESC", [["3"], ["2"], ["1"], ["4"]])
        told(f"SELECT min({c}), max({c}), count(DISTINCT {c}) FROM t", [[repeated, other, "2"]])
        told(f"SELECT {c} FROM t UNION SELECT {c} FROM t ORDER BY 1", [[repeated], [other], [None]])
        grouped = sorted([[repeats, "2"], [others, "1"]]) + [[None, "1"]]
        told(f"SELECT {e}, count(*) FROM t GROUP BY {e} ORDER BY 1", grouped)
        told(f"SELECT {e} AS k, count(*) AS n FROM t GROUP BY {e} ORDER BY k", grouped)
        told(f"SELECT {e} AS k, count(*) AS n FROM t GROUP BY 1 ORDER BY 1", grouped)
        told(f"SELECT count(*) FROM t GROUP BY {e} ORDER BY 1", [["1"], ["1"], ["2"]])
        told(f"SELECT {e} AS k, sum(m) FROM t GROUP BY {e} HAVING count(*) > 1", [[repeats, "300.50"]])


if __name__ == "__main__":
    main(globals())
