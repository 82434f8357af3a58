"""Runs one transform in AWS: the same spec and the same SQL that crates/transform runs on the local endpoint.

    strata_transform.py --spec s3://bucket/scripts/transforms/x.json [--date YYYY-MM-DD] [--engine polars|spark]

With polars it is a Glue pythonshell job (Python 3.9; polars comes with --additional-python-modules). With Spark it is a
glueetl job (Spark 3.5). Off AWS, --endpoint-url (or AWS_ENDPOINT_URL) names another S3, and --root a folder in which
s3://bucket/key is the file bucket/key. A day is replaced as a whole; without --date, every day is, one after another.
"""

import argparse
import csv
import datetime
import decimal
import io
import json
import math
import os
import re
import shutil
import sys

csv.field_size_limit(2**31 - 1)


class Failed(Exception):
    """What stops a run, as one sentence."""


# --- where the tables are -------------------------------------------------------------------------------------------


class S3:
    """Objects in S3. The client is made late, since it cannot travel to a Spark worker."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def client(self):
        import boto3

        return boto3.client("s3", endpoint_url=self.endpoint)

    @staticmethod
    def split(url):
        bucket, _, key = url[len("s3://") :].partition("/")
        return {"Bucket": bucket, "Key": key}

    def list(self, prefix):
        place = self.split(prefix)
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=place["Bucket"], Prefix=place["Key"])
        return ["s3://%s/%s" % (place["Bucket"], item["Key"]) for page in pages for item in page.get("Contents", [])]

    def open(self, url):
        return io.BufferedReader(Stream(self.client().get_object(**self.split(url))["Body"]), 1 << 20)

    def put(self, url, body):
        self.client().put_object(Body=body, **self.split(url))

    def delete(self, url):
        self.client().delete_object(**self.split(url))

    def move(self, source, target):
        # The managed copy goes by parts where an object is larger than one CopyObject may be.
        self.client().copy(self.split(source), **self.split(target))
        self.delete(source)

    def spark(self, url):
        return url


class Stream(io.RawIOBase):
    """An S3 body as a file, so that it can be read by lines without holding all of it."""

    def __init__(self, body):
        self.body = body

    def readable(self):
        return True

    def readinto(self, buffer):
        chunk = self.body.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Folder:
    """Objects in a folder, for tests."""

    def __init__(self, root):
        self.root = root

    def path(self, url):
        return os.path.join(self.root, url[len("s3://") :])

    def list(self, prefix):
        found = []
        for folder, _, names in os.walk(os.path.dirname(self.path(prefix))):
            found += ["s3://" + os.path.relpath(os.path.join(folder, name), self.root) for name in names]
        return sorted(url for url in found if url.startswith(prefix))

    def open(self, url):
        return open(self.path(url), "rb")

    def put(self, url, body):
        path = self.path(url)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        beside = os.path.join(self.root, ".unfinished")
        with open(beside, "wb") as file:
            file.write(body)
        os.replace(beside, path)

    def delete(self, url):
        if os.path.exists(self.path(url)):
            os.remove(self.path(url))

    def move(self, source, target):
        os.makedirs(os.path.dirname(self.path(target)), exist_ok=True)
        shutil.move(self.path(source), self.path(target))

    def spark(self, url):
        return "file://" + os.path.abspath(self.path(url)) + ("/" if url.endswith("/") else "")


# --- the days of a table --------------------------------------------------------------------------------------------


def pattern(place):
    return place.get("file") or place["partition"] + "={date}/"


def folder(place, date):
    return place["path"] + pattern(place).replace("{date}", date)


def days(store, name, place, only):
    """The files of each day. A folder of CSV files is listed whole: a file without a day must not hide in it."""
    prefix = folder(place, only) if only and "partition" in place else place["path"]
    before, after = pattern(place).split("{date}")
    shape = re.compile(re.escape(before) + "([0-9]{4}-[0-9]{2}-[0-9]{2})" + re.escape(after) + ("" if "partition" in place else "$"))
    found = {}
    for url in store.list(prefix):
        key = url[len(place["path"]) :]
        if not key or key.endswith("/") or any(part[:1] in (".", "_") for part in key.split("/")):
            continue
        match = shape.match(key)
        if not match or not is_day(match.group(1)):
            raise Failed(
                "listing table `%s`: %s is not named like `%s`, so its day is unknown; rename or remove it"
                % (name, url, pattern(place))
            )
        if only in (None, match.group(1)):
            found.setdefault(match.group(1), []).append(url)
    return found


def is_day(text):
    try:
        return bool(datetime.date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False


# --- raw CSV files --------------------------------------------------------------------------------------------------


class Lines:
    """Feeds the csv module line by line, and can go back to the second line of a record that cannot be split."""

    def __init__(self, file):
        self.file, self.number, self.seen, self.back = file, 0, [], []

    def __iter__(self):
        return self

    def __next__(self):
        if self.back:
            line = self.back.pop()
        else:
            raw = self.file.readline()
            if not raw:
                raise StopIteration
            line = self.decode(raw)
        self.number += 1
        self.seen.append(line)
        return line

    def decode(self, raw):
        number = self.number + 1
        if b"\0" in raw:
            raise Failed("it has a zero byte, so it is not text")
        try:
            return raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Failed("line %d is not UTF-8; convert the file" % number) from None

    def first(self):
        """Keep the first line of the record and give back the others."""
        self.back.extend(reversed(self.seen[1:]))
        self.number -= len(self.seen) - 1
        return self.seen[0]


def plain(text):
    return (text[:-1] if text.endswith("\n") else text).rstrip("\r")


def records(file):
    """Line, raw text, fields (None where it cannot be split) and the reason of each record."""
    lines = Lines(file)
    reader = csv.reader(lines, strict=True)
    while True:
        lines.seen = []
        start = lines.number + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            text = str(error)
            reason = (
                "a quote is never closed"
                if "end of data" in text
                else "a carriage return stands outside of quotes"
                if "new-line" in text
                else "text follows a closing quote"
            )
            yield start, plain(lines.first()), None, reason
            continue
        if fields:
            yield start, plain("".join(lines.seen)), fields, None


def whole(bits):
    def convert(text):
        value = int(text) if re.fullmatch("-?[0-9]+", text) else None
        if value is None or not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise ValueError
        return value

    return convert


def double(text):
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", text) or not math.isfinite(float(text)):
        raise ValueError
    return float(text)


def boolean(text):
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def date(text):
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    return datetime.date.fromisoformat(text)


def timestamp(text):
    match = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,6}))?", text)
    if not match:
        raise ValueError
    seconds = datetime.datetime.fromisoformat(match.group(1))
    return seconds.replace(microsecond=int((match.group(2) or "").ljust(6, "0")))


def exact(digits, scale):
    def convert(text):
        match = re.fullmatch(r"-?([0-9]+)(?:\.([0-9]+))?", text)
        if not match or len(match.group(1).lstrip("0")) > digits - scale or len(match.group(2) or "") > scale:
            raise ValueError
        return decimal.Decimal(text)

    return convert


SIMPLE = {
    "string": str,
    "int": whole(32),
    "bigint": whole(64),
    "double": double,
    "boolean": boolean,
    "date": date,
    "timestamp": timestamp,
}


class Column:
    """A declared column, `name type` or `name type null`."""

    def __init__(self, text):
        words = text.split()
        self.name, self.kind, self.nullable = words[0], words[1], len(words) > 2
        match = re.fullmatch(r"decimal\(([0-9]+),([0-9]+)\)", self.kind)
        self.scale = (int(match.group(1)), int(match.group(2))) if match else None
        self.convert = exact(*self.scale) if match else SIMPLE[self.kind]

    def value(self, text):
        """The value, or ValueError with the reason."""
        if not text and self.nullable:
            return None
        if not text:
            raise ValueError("%s is missing" % self.name)
        try:
            return self.convert(text)
        except ValueError:
            raise ValueError("%s is not of type %s" % (self.name, self.kind)) from None


def columns(place):
    return [Column(text) for text in place["columns"]]


def layout(header, place):
    """The column of each field. Columns are found by name, in any order."""
    if header is None:
        raise Failed("it is empty; its first line has to name the columns")
    names = header[2]
    if names is None:
        raise Failed("its first line has to name the columns, and %s" % header[3])
    declared = {column.name: column for column in columns(place)}
    for name in declared:
        if name not in names:
            raise Failed("column `%s` is missing; the first line has to name all declared columns" % name)
        if names.count(name) > 1:
            raise Failed("column `%s` is there twice" % name)
    for name in names:
        if name not in declared:
            raise Failed("column `%s` is not declared; remove it, or declare it" % name)
    return [declared[name] for name in names]


def key_of(slots, values, key):
    return tuple(value for slot, value in zip(slots, values) if slot.name in key)


def bad_rows(store, url, place):
    """How many rows a file has, and those that break the schema: (line, reason, raw text)."""
    key = place.get("key", [])
    bad, seen, twice, rows = [], set(), set(), 0
    with store.open(url) as file:
        body = records(file)
        slots = layout(next(body, None), place)
        for line, raw, fields, reason in body:
            rows += 1
            if fields is not None and len(fields) != len(slots):
                reason = "%d fields instead of %d" % (len(fields), len(slots))
            if reason is None:
                try:
                    values = [slot.value(field) for slot, field in zip(slots, fields)]
                except ValueError as error:
                    reason = str(error)
            if reason is not None:
                bad.append((line, reason, raw))
            elif key:
                # Only hashes are kept: a day may have more keys than memory has room for.
                mark = hash(key_of(slots, values, key))
                (twice if mark in seen else seen).add(mark)
    if twice:
        bad += shared_keys(store, url, key, slots, twice, {line for line, _, _ in bad})
    return rows, sorted(bad)


def shared_keys(store, url, key, slots, twice, known):
    """Of rows that share a key, copies are kept once; rows that contradict each other are all set aside."""
    groups, bad = {}, []
    with store.open(url) as file:
        body = records(file)
        next(body)
        for line, raw, fields, _ in body:
            if line in known:
                continue
            mark = key_of(slots, [slot.value(field) for slot, field in zip(slots, fields)], key)
            if hash(mark) in twice:
                groups.setdefault(mark, []).append((line, raw, fields))
    name = ", ".join(slot.name for slot in slots if slot.name in key)
    for rows in groups.values():
        same = all(fields == rows[0][2] for _, _, fields in rows)
        reason = "the same row is there already" if same else "another row has the same %s and differs" % name
        if len(rows) > 1:
            bad += [(line, reason, raw) for line, raw, _ in rows[1 if same else 0 :]]
    return bad


def good_rows(store, url, place, bad):
    """The values of all rows but those in the lines `bad`, in the order of the declared columns."""
    with store.open(url) as file:
        body = records(file)
        slots = layout(next(body), place)
        order = [[slot.name for slot in slots].index(column.name) for column in columns(place)]
        for line, _, fields, _ in body:
            if line not in bad:
                yield tuple(slots[index].value(fields[index]) for index in order)


def check_csv(store, url, place):
    rows, bad = bad_rows(store, url, place)
    if rows and len(bad) == rows:
        counts = count_reasons(bad)
        most = max(counts, key=counts.get)
        raise Failed(
            "none of its %d rows fits the declared columns: %d times %s; is it the right file?" % (rows, counts[most], most)
        )
    return rows, bad


def count_reasons(bad):
    counts = {}
    for _, reason, _ in bad:
        counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items()))


def print_rejects(bad):
    def quote(text):
        return '"%s"' % text.replace('"', '""')

    lines = ["%d,%s,%s\n" % (line, quote(reason), quote(raw)) for line, reason, raw in bad]
    return ("line,reason,row\n" + "".join(lines)).encode()


# --- the engines ----------------------------------------------------------------------------------------------------


def check_names(found, wanted):
    if found == wanted:
        return
    for name in wanted:
        if name not in found:
            raise Failed("column `%s` is missing; add it to the SELECT" % name)
    for name in found:
        if name not in wanted:
            raise Failed("column `%s` is not declared; remove it or declare it" % name)
    raise Failed("the order is %s, and declared is %s" % (", ".join(found), ", ".join(wanted)))


def check_counts(place, rows, nulls, distinct):
    for column, missing in zip(columns(place), nulls):
        if missing and not column.nullable:
            raise Failed("column `%s` has no value in %d of %d rows; correct the SQL" % (column.name, missing, rows))
    if distinct != rows:
        raise Failed(
            "%d rows have only %d different values of its key (%s); a join multiplies rows"
            % (rows, distinct, ", ".join(place["key"]))
        )


class Polars:
    """One machine."""

    def __init__(self, store):
        import polars

        self.pl, self.store = polars, store

    def type(self, column):
        pl = self.pl
        simple = {
            "string": pl.String,
            "int": pl.Int32,
            "bigint": pl.Int64,
            "double": pl.Float64,
            "boolean": pl.Boolean,
            "date": pl.Date,
            "timestamp": pl.Datetime("us"),
        }
        return pl.Decimal(*column.scale) if column.scale else simple[column.kind]

    def csv(self, url, place, bad):
        pl, found, batch = self.pl, [], []
        schema = {column.name: self.type(column) for column in columns(place)}

        def flush():
            series = zip(schema.items(), zip(*batch) if batch else [()] * len(schema))
            found.append(pl.DataFrame([pl.Series(name, list(values), dtype=kind) for (name, kind), values in series]))
            batch.clear()

        for row in good_rows(self.store, url, place, bad):
            batch.append(row)
            if len(batch) == 100_000:
                flush()
        flush()
        return pl.concat(found)

    def parquet(self, urls, place):
        frames = []
        for url in urls:
            with self.store.open(url) as file:
                frames.append(self.pl.read_parquet(io.BytesIO(file.read()), hive_partitioning=False))
        frame = self.pl.concat(frames).select([column.name for column in columns(place)])
        self.check_types(frame, place)
        return frame

    def union(self, frames):
        return self.pl.concat(frames)

    def check_types(self, frame, place):
        for column in columns(place):
            found, wanted = frame.schema[column.name], self.type(column)
            if found != wanted:
                raise Failed("column `%s` is %s, and declared is %s; cast it in the SQL" % (column.name, found, column.kind))

    def answer(self, sql, tables, place):
        pl = self.pl
        frame = pl.SQLContext({name: table.lazy() for name, table in tables.items()}).execute(sql).collect()
        check_names(frame.columns, [column.name for column in columns(place)])
        grow = [
            pl.col(column.name).cast(pl.Int64)
            for column in columns(place)
            if column.kind == "bigint" and frame.schema[column.name] == pl.Int32
        ]
        frame = frame.with_columns(grow)
        self.check_types(frame, place)
        key = place.get("key")
        distinct = frame.select(key).n_unique() if key and frame.height else frame.height
        check_counts(place, frame.height, [frame[column.name].null_count() for column in columns(place)], distinct)
        return frame, frame.height

    def replace(self, frame, target, _beside):
        """One PUT replaces the day; what an earlier run left beside it goes afterwards."""
        body = io.BytesIO()
        frame.write_parquet(body, compression="snappy")
        part = target + "part-00000.parquet"
        self.store.put(part, body.getvalue())
        for url in self.store.list(target):
            if url != part:
                self.store.delete(url)


class Spark:
    """A cluster."""

    # A part of a day holds about this many rows; a small day is one file, so that one step replaces it.
    ROWS_PER_FILE = 5_000_000

    def __init__(self, store):
        from pyspark.sql import SparkSession

        self.store = store
        self.session = SparkSession.builder.getOrCreate()
        # Timestamps have no zone, and the formulas count on NULL rather than an error for a division by zero.
        self.session.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ")
        self.session.conf.set("spark.sql.ansi.enabled", "false")
        # Dates before 1582 are those of the calendar that everything else uses.
        self.session.conf.set("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
        self.session.conf.set("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED")

    def type(self, column):
        return {"timestamp": "timestamp_ntz"}.get(column.kind, column.kind)

    def schema(self, place):
        return ", ".join("%s %s" % (column.name, self.type(column)) for column in columns(place))

    def csv(self, url, place, bad):
        store = self.store
        # One task reads a file: only from its start can be told which line breaks are inside of quotes.
        rows = self.session.sparkContext.parallelize([url], 1).flatMap(lambda url: good_rows(store, url, place, bad))
        frame = self.session.createDataFrame(rows, self.schema(place), verifySchema=False)
        return frame.repartition(self.session.sparkContext.defaultParallelism)

    def parquet(self, urls, place):
        frame = self.session.read.parquet(*[self.store.spark(url) for url in urls])
        frame = frame.select([column.name for column in columns(place)])
        self.check_types(frame, place)
        return frame

    def union(self, frames):
        first, *others = frames
        for other in others:
            first = first.union(other)
        return first

    def check_types(self, frame, place):
        found = dict(frame.dtypes)
        for column in columns(place):
            if found[column.name] != self.type(column):
                raise Failed(
                    "column `%s` is %s, and declared is %s; cast it in the SQL" % (column.name, found[column.name], column.kind)
                )

    def answer(self, sql, tables, place):
        from pyspark.sql import functions as f

        for name, table in tables.items():
            table.createOrReplaceTempView(name)
        frame = self.session.sql(sql)
        check_names(frame.columns, [column.name for column in columns(place)])
        found = dict(frame.dtypes)
        for column in columns(place):
            if column.kind == "bigint" and found[column.name] == "int":
                frame = frame.withColumn(column.name, f.col(column.name).cast("bigint"))
        self.check_types(frame, place)
        frame = frame.cache()
        key = place.get("key")
        distinct = f.countDistinct(*key) if key else f.count(f.lit(1))
        missing = [f.sum(f.col(column.name).isNull().cast("int")) for column in columns(place)]
        rows, distinct, *nulls = frame.agg(f.count(f.lit(1)), distinct, *missing).first()
        check_counts(place, rows, nulls, distinct)
        return frame, rows

    def replace(self, frame, target, beside):
        """Write beside, then switch: the new parts take the places of the old ones, and what is left over goes."""
        for url in self.store.list(beside):
            self.store.delete(url)
        files = 1 + frame.count() // self.ROWS_PER_FILE
        frame.coalesce(files).write.mode("overwrite").option("compression", "snappy").parquet(self.store.spark(beside))
        written = [url for url in self.store.list(beside) if url.rsplit("/", 1)[1].startswith("part-")]
        parts = ["%spart-%05d.parquet" % (target, index) for index in range(len(written))]
        for source, part in zip(written, parts):
            self.store.move(source, part)
        for url in self.store.list(target):
            if url not in parts:
                self.store.delete(url)
        for url in self.store.list(beside):
            self.store.delete(url)
        frame.unpersist()


# --- a run ----------------------------------------------------------------------------------------------------------


def read(store, engine, place, urls, rejects):
    """The table of one day, and how many rows its files have."""
    if place["format"] == "parquet":
        return engine.parquet(urls, place), None
    frames, total = [], 0
    for url in urls:
        try:
            rows, bad = check_csv(store, url, place)
        except Failed as failed:
            raise Failed("reading %s: %s" % (url, failed)) from None
        rejects += bad
        total += rows
        frames.append(engine.csv(url, place, {line for line, _, _ in bad}))
    return engine.union(frames), total


def one_day(store, engine, spec, sql, date, found):
    tables, rejects = {}, []
    for name, place in spec["reads"].items():
        urls = found[name].get(date)
        if not urls:
            raise Failed(
                "running %s for %s: table `%s` has no data at %s; run datagen or load first"
                % (spec["name"], date, name, folder(place, date))
            )
        tables[name], rows = read(store, engine, place, urls, rejects)
        if rows == 0:
            print("%s %s: warning: table `%s` has no rows on this day" % (spec["name"], date, name))
    try:
        answer, rows = engine.answer(sql, tables, spec["writes"])
    except Failed as failed:
        raise Failed("checking the answer of %s: %s" % (spec["sql"], failed)) from None
    if any(place["format"] == "csv" for place in spec["reads"].values()):
        url = "%s%s.csv" % (spec["rejects"], date)
        if rejects:
            store.put(url, print_rejects(rejects))
        else:
            store.delete(url)
    bucket = spec["writes"]["path"].split("/")[2]
    # Outside of every table's folder: no crawler may meet a file that is not finished.
    beside = "s3://%s/data/unfinished/%s/%s/" % (bucket, spec["name"], date)
    engine.replace(answer, folder(spec["writes"], date), beside)
    print("%s %s: wrote %d rows" % (spec["name"], date, rows))
    for reason, count in count_reasons(rejects).items():
        print("%s %s: warning: %d rows set aside: %s; see %s%s.csv" % (spec["name"], date, count, reason, spec["rejects"], date))


def run(store, engine, url, date):
    with store.open(url) as file:
        spec = json.load(file)
    with store.open(spec["sql"]) as file:
        sql = file.read().decode().rstrip().rstrip(";")
    found = {name: days(store, name, place, date) for name, place in spec["reads"].items()}
    dates = [date] if date else sorted({day for table in found.values() for day in table})
    if not dates:
        raise Failed("running %s: none of its tables has any data; run datagen or load first" % spec["name"])
    for day in dates:
        one_day(store, engine, spec, sql, day, found)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--spec", required=True)
    parser.add_argument("--date")
    parser.add_argument("--engine", choices=["polars", "spark"], default="polars")
    parser.add_argument("--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL"))
    parser.add_argument("--root")
    # Glue adds arguments of its own, such as --JOB_NAME.
    options, _ = parser.parse_known_args(arguments)
    if options.date and not is_day(options.date):
        parser.error("--date: `%s` is not a day (YYYY-MM-DD)" % options.date)
    store = Folder(options.root) if options.root else S3(options.endpoint_url)
    try:
        run(store, {"polars": Polars, "spark": Spark}[options.engine](store), options.spec, options.date)
    except Failed as failed:
        sys.exit("strata_transform: %s" % failed)


if __name__ == "__main__":
    main(sys.argv[1:])
