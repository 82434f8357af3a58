"""Compares the tables of several buckets by content: names, types and values of every column, and rejected rows.

    same.py BUCKET BUCKET...
"""

import glob
import os
import sys

import duckdb


def content(bucket):
    """What a bucket holds: each slice of each table, and each file of rejected rows."""
    connection = duckdb.connect()
    found = {}
    for folder in sorted({os.path.dirname(path) for path in glob.glob(bucket + "/data/**/*.parquet", recursive=True)}):
        source = "read_parquet('%s/*.parquet', hive_partitioning = false)" % folder
        types = [row[:2] for row in connection.sql("DESCRIBE SELECT * FROM " + source).fetchall()]
        rows = sorted(connection.sql("SELECT * FROM " + source).fetchall(), key=repr)
        found[os.path.relpath(folder, bucket)] = (types, rows)
    for path in sorted(glob.glob(bucket + "/data/rejected/*/*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            found[os.path.relpath(path, bucket)] = file.read()
    return found


first, *others = sys.argv[1:]
wanted = content(first)
wrong = [] if wanted else ["%s holds no table" % first]
for other in others:
    found = content(other)
    for name in sorted(set(wanted) | set(found)):
        left, right = wanted.get(name), found.get(name)
        if left == right:
            continue
        wrong.append("%s: %s differs from %s" % (name, other, first))
        if isinstance(left, tuple) and isinstance(right, tuple):
            wrong.append("  types %s and %s" % (left[0], right[0]) if left[0] != right[0] else "")
            wrong += ["  %s\n  %s" % pair for pair in zip(left[1], right[1]) if pair[0] != pair[1]][:3]
            wrong.append("  %d and %d rows" % (len(left[1]), len(right[1])))
        else:
            wrong += ["  " + repr(left)[:300], "  " + repr(right)[:300]]
for name, value in wanted.items():
    print("%s: %s" % (name, "%d rows" % len(value[1]) if isinstance(value, tuple) else "%d characters" % len(value)))
if wrong:
    sys.exit("\n".join(wrong))
