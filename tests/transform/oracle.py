"""Computes the nine driven-data tables from the raw CSV by rules of its own, and compares them with a bucket's Parquet.

    oracle.py RAW.csv ROOT/bucket DATE

It shares no SQL and no reader with the project: rows come from Python's csv, money from fractions, masks from slices.
DuckDB reads the Parquet files, and adds up both sides once more by itself. Prints each table's rows and sums.
"""

import csv
import datetime
import decimal
import fractions
import glob
import math
import sys

import duckdb

INTS = ["session_duration", "download_speed", "upload_speed", "consumed_traffic"]
TYPES = {
    "accessed_at": "TIMESTAMP",
    "payment_amount": "DECIMAL(18,2)",
    "min_session_duration": "DECIMAL(10,1)",
    "technical_issue": "BOOLEAN",
    **dict.fromkeys(INTS, "INTEGER"),
}
STAGING = {
    "dim_address": ["unique_id", "address", "mac_address", "ip_address"],
    "dim_date": ["unique_id", "accessed_at"],
    "dim_finance": ["unique_id", "iban"],
    "dim_person": ["unique_id", "person_name", "user_name", "email", "phone", "birth_date", "personal_number"],
    "fact_network_usage": ["unique_id"] + INTS,
}


def half_up(value, digits):
    """The fraction, rounded half up, as a decimal: exact at every step."""
    whole = math.floor(value * 10**digits + fractions.Fraction(1, 2))
    return decimal.Decimal(whole).scaleb(-digits)


def mask(text):
    keep = 5 if len(text) >= 8 else max(0, len(text) - 3)
    return text[:keep] + "*****"


def tables(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["birth_date"] = datetime.date.fromisoformat(row["birth_date"])
        row["accessed_at"] = datetime.datetime.strptime(row["accessed_at"], "%Y-%m-%d %H:%M:%S")
        row.update({name: int(row[name]) for name in INTS})
        session, down, up = row["session_duration"], row["download_speed"], row["upload_speed"]
        money = fractions.Fraction(down + up + 1, 2) + fractions.Fraction(row["consumed_traffic"], session + 1)
        row["payment_amount"] = half_up(money, 2)
        row["min_session_duration"] = half_up(fractions.Fraction(session, 60), 1)
        row["technical_issue"] = down < 50 or up < 30 or fractions.Fraction(session, 60) < 1
    raw = list(rows[0])[:16]
    hidden = dict.fromkeys(["person_name", "personal_number", "birth_date", "address", "phone"], "***MASKED***")
    short = ["user_name", "email", "mac_address", "ip_address", "iban"]
    masked = [{**row, **hidden, **{name: mask(row[name]) for name in short}} for row in rows]
    wanted = {name: (columns, rows) for name, columns in STAGING.items()}
    payment = ["unique_id", "iban", "download_speed", "upload_speed", "session_duration", "consumed_traffic"]
    wanted["payment_data"] = (payment + ["payment_amount"], rows)
    technical = ["unique_id", "address", "mac_address", "ip_address", "download_speed", "upload_speed"]
    wanted["technical_data"] = (technical + ["min_session_duration", "technical_issue"], rows)
    wanted["pii_data"] = (raw, rows)
    wanted["non_pii_data"] = (raw, masked)
    return wanted


def sums(connection, source, columns):
    parts = ["count(*)", "count(DISTINCT unique_id)"]
    parts += ["sum(length(%s))" % name for name in columns if name not in TYPES and name != "birth_date"]
    parts += ["sum(%s)" % name for name in columns if name in INTS + ["payment_amount", "min_session_duration"]]
    if "technical_issue" in columns:
        parts.append("count(*) FILTER (WHERE technical_issue)")
    return connection.sql("SELECT %s FROM %s" % (", ".join(parts), source)).fetchone()


def main(raw, bucket, date):
    connection = duckdb.connect()
    wrong = []
    for table, (columns, rows) in tables(raw).items():
        layer = "staging" if table in STAGING else "trusted"
        files = glob.glob("%s/data/%s/%s/batch_date=%s/*.parquet" % (bucket, layer, table, date))
        if len(files) != 1:
            wrong.append("%s: %d files of the day, not one" % (table, len(files)))
            continue
        source = "read_parquet('%s', hive_partitioning = false)" % files[0]
        birth = "VARCHAR" if table == "non_pii_data" else "DATE"
        types = {**TYPES, "birth_date": birth}
        found = connection.sql("DESCRIBE SELECT * FROM " + source).fetchall()
        found = [(name, kind) for name, kind, *_ in found]
        if found != [(name, types.get(name, "VARCHAR")) for name in columns]:
            wrong.append("%s: columns are %s" % (table, found))
            continue
        got = sorted(connection.sql("SELECT * FROM " + source).fetchall(), key=repr)
        want = sorted((tuple(row[name] for name in columns) for row in rows), key=repr)
        differing = [(g, w) for g, w in zip(got, want) if g != w]
        if len(got) != len(want) or differing:
            wrong.append("%s: %d rows, wanted %d; differing: %s" % (table, len(got), len(want), differing[:3]))
        kinds = ", ".join("%s %s" % (name, types.get(name, "VARCHAR")) for name in columns)
        connection.sql("CREATE OR REPLACE TEMP TABLE wanted (%s)" % kinds)
        connection.executemany("INSERT INTO wanted VALUES (%s)" % ", ".join("?" * len(columns)), want)
        left, right = sums(connection, source, columns), sums(connection, "wanted", columns)
        if left != right:
            wrong.append("%s: sums are %s, wanted %s" % (table, left, right))
        print("%s: %s" % (table, " ".join(str(value) for value in left)))
    if wrong:
        sys.exit("\n".join(wrong))


main(*sys.argv[1:])
