"""DuckDB's side of scripts/bench/transform: `duckdb RAW.csv FOLDER` makes the nine tables, `generate ROWS` prints a file."""

import os
import random
import sys
import time

DATE = "2024-09-15"
INTS = "session_duration download_speed upload_speed consumed_traffic".split()
RAW = (
    "person_name user_name email personal_number birth_date address phone mac_address ip_address iban accessed_at".split()
    + INTS
    + ["unique_id"]
)
TYPES = {**dict.fromkeys(RAW, "VARCHAR"), **dict.fromkeys(INTS, "INTEGER"), "birth_date": "DATE", "accessed_at": "TIMESTAMP"}
STAGING = {
    "dim_address": "unique_id, address, mac_address, ip_address",
    "dim_date": "unique_id, accessed_at",
    "dim_finance": "unique_id, iban",
    "dim_person": "unique_id, person_name, user_name, email, phone, birth_date, personal_number",
    "fact_network_usage": "unique_id, " + ", ".join(INTS),
}
JOINS = "fact JOIN person USING (unique_id) JOIN address USING (unique_id) JOIN finance USING (unique_id) JOIN dates USING (unique_id)"
SHORT = ["user_name", "email", "mac_address", "ip_address", "iban"]
HIDDEN = ["person_name", "personal_number", "birth_date", "address", "phone"]


def masked(name):
    if name in HIDDEN:
        return "'***MASKED***' AS " + name
    return "left(%s, 5) || '*****' AS %s" % (name, name) if name in SHORT else name


def duck(raw, folder):
    import duckdb

    connection = duckdb.connect()
    names = {"dim_address": "address", "dim_date": "dates", "dim_finance": "finance", "dim_person": "person"}
    names["fact_network_usage"] = "fact"

    def path(table):
        return os.path.join(folder, table + ".parquet")

    def copy(table, select):
        start = time.monotonic()
        connection.execute("COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION snappy)" % (select, path(table)))
        print("%s %.2f s" % (table, time.monotonic() - start))

    columns = "{%s}" % ", ".join("'%s': '%s'" % pair for pair in TYPES.items())
    start = time.monotonic()
    for table, select in STAGING.items():
        copy(table, "SELECT %s FROM read_csv('%s', header = true, columns = %s)" % (select, raw, columns))
    for table, name in names.items():
        connection.execute("CREATE VIEW %s AS SELECT * FROM read_parquet('%s')" % (name, path(table)))
    money = "CAST((download_speed + upload_speed + 1) / 2 + consumed_traffic / (session_duration + 1) AS DECIMAL(18, 2))"
    minutes = "CAST(session_duration / 60 AS DECIMAL(10, 1))"
    issue = "download_speed < 50 OR upload_speed < 30 OR session_duration < 60"
    copy("payment_data", "SELECT unique_id, iban, %s, %s AS payment FROM fact JOIN finance USING (unique_id)" % (", ".join(INTS), money))
    copy(
        "technical_data",
        "SELECT unique_id, address, mac_address, ip_address, download_speed, upload_speed, %s AS minutes, %s AS issue "
        "FROM fact JOIN address USING (unique_id)" % (minutes, issue),
    )
    copy("non_pii_data", "SELECT %s FROM %s" % (", ".join(masked(name) for name in RAW), JOINS))
    copy("pii_data", "SELECT %s FROM %s" % (", ".join(RAW), JOINS))
    print("total %.3f" % (time.monotonic() - start))


def generate(rows):
    """Rows of the right shape and size, for when datagen is not built."""
    one = random.Random(1)
    print(",".join(RAW))
    for index in range(rows):
        name = "nume%d prenume%d" % (one.randrange(400), one.randrange(40))
        user = name.replace(" ", "")
        address = '"Strada %d Nr. %d Bl. %d  Sc. %d, Oras, %d"' % tuple(one.randrange(10, 999999) for _ in range(5))
        fields = [name, user, user + "@email.ro", one.randrange(10**12, 9 * 10**12), "19%02d-0%d-1%d" % (one.randrange(40, 99), 5, 7)]
        fields += [address, "0786 645 539", "38:f9:7c:b3:d5:%02x" % one.randrange(256), "63.138.%d.200" % one.randrange(256)]
        fields += ["RO16EZML%016d" % one.randrange(10**16), "2024-09-14 12:04:17", one.randrange(36001), one.randrange(1001)]
        fields += [one.randrange(801), one.randrange(2000001), "%032x" % one.getrandbits(128)]
        fields[-1] = "-".join([fields[-1][:8], fields[-1][8:12], fields[-1][12:16], fields[-1][16:20], fields[-1][20:]])
        print(",".join(map(str, fields)))


if sys.argv[1] == "duckdb":
    duck(sys.argv[2], sys.argv[3])
else:
    generate(int(sys.argv[2]))
