"""The nine tables made by others: `engines.py duckdb|polars|pandas|pyspark RAW.csv FOLDER`, each as its users would.

They do not check rows, keys or types of what they read, and they round money and mask as they please.
"""

import json
import os
import sys

DATE = "2024-09-15"
INTS = "session_duration download_speed upload_speed consumed_traffic".split()
RAW = (
    "person_name user_name email personal_number birth_date address phone mac_address ip_address iban accessed_at".split()
    + INTS
    + ["unique_id"]
)
STAGING = {
    "dim_address": ["unique_id", "address", "mac_address", "ip_address"],
    "dim_date": ["unique_id", "accessed_at"],
    "dim_finance": ["unique_id", "iban"],
    "dim_person": ["unique_id", "person_name", "user_name", "email", "phone", "birth_date", "personal_number"],
    "fact_network_usage": ["unique_id", *INTS],
}
SHORT = ["user_name", "email", "mac_address", "ip_address", "iban"]
HIDDEN = ["person_name", "personal_number", "birth_date", "address", "phone"]
TECHNICAL = ["unique_id", "address", "mac_address", "ip_address", "download_speed", "upload_speed"]


def transforms(pipeline):
    with open(pipeline, encoding="utf-8") as file:
        return [transform["name"] for transform in json.load(file)["pipeline"]["transforms"]]


def trusted(join):
    """The four queries; `join` tables by unique_id."""
    money = "CAST((download_speed + upload_speed + 1) / 2 + consumed_traffic / (session_duration + 1) AS DECIMAL(18, 2))"
    minutes = "CAST(session_duration / 60 AS DECIMAL(10, 1))"
    issue = "download_speed < 50 OR upload_speed < 30 OR session_duration < 60"
    everything = join("dim_person", "dim_address", "dim_finance", "dim_date")

    def masked(name):
        if name in HIDDEN:
            return f"'***MASKED***' AS {name}"
        return f"concat(left({name}, 5), '*****') AS {name}" if name in SHORT else name

    return {
        "payment_data": f"SELECT unique_id, iban, {', '.join(INTS)}, {money} AS payment_amount FROM {join('dim_finance')}",
        "technical_data": f"SELECT {', '.join(TECHNICAL)}, {minutes} AS minutes, {issue} AS issue FROM {join('dim_address')}",
        "non_pii_data": f"SELECT {', '.join(map(masked, RAW))} FROM {everything}",
        "pii_data": f"SELECT {', '.join(RAW)} FROM {everything}",
    }


def using(*others):
    return "fact_network_usage" + "".join(f" JOIN {other} USING (unique_id)" for other in others)


def duckdb(raw, path):
    import duckdb

    connection = duckdb.connect()
    types = {**dict.fromkeys(RAW, "VARCHAR"), **dict.fromkeys(INTS, "INTEGER"), "birth_date": "DATE", "accessed_at": "TIMESTAMP"}
    columns = ", ".join(f"'{name}': '{types[name]}'" for name in RAW)

    def copy(table, select):
        connection.execute(f"COPY ({select}) TO '{path(table)}' (FORMAT parquet, COMPRESSION snappy)")

    for table, names in STAGING.items():
        copy(table, f"SELECT {', '.join(names)} FROM read_csv('{raw}', header = true, columns = {{{columns}}})")
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path(table)}')")
    for table, select in trusted(using).items():
        copy(table, select)


def polars(raw, path):
    import polars

    types = {**dict.fromkeys(RAW, polars.String), **dict.fromkeys(INTS, polars.Int32)}
    types |= {"birth_date": polars.Date, "accessed_at": polars.Datetime("us")}
    for table, names in STAGING.items():
        polars.scan_csv(raw, schema=types).select(names).sink_parquet(path(table), compression="snappy")
    tables = {name: polars.scan_parquet(path(name)) for name in STAGING}
    col = polars.col
    fact = tables["fact_network_usage"]
    money = (col("download_speed") + col("upload_speed") + 1) / 2 + col("consumed_traffic") / (col("session_duration") + 1)
    issue = (col("download_speed") < 50) | (col("upload_speed") < 30) | (col("session_duration") < 60)
    minutes = (col("session_duration") / 60).cast(polars.Decimal(10, 1))
    payment = fact.join(tables["dim_finance"], on="unique_id").select(
        "unique_id", "iban", *INTS, money.cast(polars.Decimal(18, 2)).alias("payment_amount")
    )
    technical = fact.join(tables["dim_address"], on="unique_id").select(*TECHNICAL, minutes.alias("minutes"), issue.alias("issue"))
    everything = fact
    for name in ["dim_person", "dim_address", "dim_finance", "dim_date"]:
        everything = everything.join(tables[name], on="unique_id")
    masks = [polars.lit("***MASKED***").alias(name) for name in HIDDEN] + [(col(name).str.head(5) + "*****").alias(name) for name in SHORT]
    answers = {"payment_data": payment, "technical_data": technical, "pii_data": everything.select(RAW)}
    answers["non_pii_data"] = everything.with_columns(masks).select(RAW)
    for table, answer in answers.items():
        answer.sink_parquet(path(table), compression="snappy")


def pandas(raw, path):
    import pandas

    types = {**dict.fromkeys(RAW, "string"), **dict.fromkeys(INTS, "int32")}
    dates = ["birth_date", "accessed_at"]
    for name in dates:
        types.pop(name)
    for table, names in STAGING.items():
        wanted = {name: kind for name, kind in types.items() if name in names}
        frame = pandas.read_csv(raw, usecols=names, dtype=wanted, parse_dates=[name for name in dates if name in names])
        frame[names].to_parquet(path(table), compression="snappy", index=False)

    def joined(*names):
        frame = pandas.read_parquet(path("fact_network_usage"))
        for name in names:
            frame = frame.merge(pandas.read_parquet(path(name)), on="unique_id")
        return frame

    frame = joined("dim_finance")
    speeds = (frame.download_speed + frame.upload_speed + 1) / 2
    frame["payment_amount"] = (speeds + frame.consumed_traffic / (frame.session_duration + 1)).round(2)
    frame.to_parquet(path("payment_data"), compression="snappy", index=False)
    frame = joined("dim_address")
    frame["minutes"] = (frame.session_duration / 60).round(1)
    frame["issue"] = (frame.download_speed < 50) | (frame.upload_speed < 30) | (frame.session_duration < 60)
    frame[[*TECHNICAL, "minutes", "issue"]].to_parquet(path("technical_data"), compression="snappy", index=False)
    for table in ["pii_data", "non_pii_data"]:
        frame = joined("dim_person", "dim_address", "dim_finance", "dim_date")[RAW]
        if table == "non_pii_data":
            for name in HIDDEN:
                frame[name] = "***MASKED***"
            for name in SHORT:
                frame[name] = frame[name].str.slice(0, 5) + "*****"
        frame.to_parquet(path(table), compression="snappy", index=False)


def pyspark(raw, path):
    from pyspark.sql import SparkSession

    # As much as its driver may want; one more partition than cores would only cost time.
    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false").config("spark.driver.memory", "6g")
    builder = builder.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
    session = builder.config("spark.sql.parquet.compression.codec", "snappy").getOrCreate()
    types = {**dict.fromkeys(RAW, "STRING"), **dict.fromkeys(INTS, "INT"), "birth_date": "DATE", "accessed_at": "TIMESTAMP"}
    schema = ", ".join(f"{name} {types[name]}" for name in RAW)
    for table, names in STAGING.items():
        frame = session.read.csv(str(raw), schema=schema, header=True).select(*names)
        frame.write.mode("overwrite").parquet(path(table) + ".spark")
        session.read.parquet(path(table) + ".spark").createOrReplaceTempView(table)
    for table, select in trusted(using).items():
        session.sql(select).write.mode("overwrite").parquet(path(table) + ".spark")
    session.stop()


if __name__ == "__main__":
    engine, raw, folder = sys.argv[1:]
    {"duckdb": duckdb, "polars": polars, "pandas": pandas, "pyspark": pyspark}[engine](
        raw, lambda table: os.path.join(folder, table + ".parquet")
    )
