"""Runs transforms on Spark: the same specs and the same SQL that the program `transform` runs on one machine.

    strata_transform.py --spec s3://bucket/scripts/transforms/x.json[,...] [--date YYYY-MM-DD]

It is the script of glueetl jobs (Spark 3.5). Off AWS, --endpoint-url (or AWS_ENDPOINT_URL) names another S3, and --root a folder in which
s3://bucket/key is the file bucket/key. The slice of the table that the day is in (the day, its month, or all of it) is
replaced as a whole; without --date, every slice is, one after another.
"""

import argparse
import csv
import datetime
import decimal
import hashlib
import io
import json
import math
import os
import re
import shutil
import sys


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

    def open(self, url, start=0):
        part = {"Range": "bytes=%d-" % start} if start else {}
        return io.BufferedReader(Stream(self.client().get_object(**self.split(url), **part)["Body"]), 1 << 20)

    def size(self, url):
        return self.client().head_object(**self.split(url))["ContentLength"]

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

    def close(self):
        # The rest of an object that was not read to its end is not wanted.
        self.body.close()
        super().close()

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

    def open(self, url, start=0):
        file = open(self.path(url), "rb")
        file.seek(start)
        return file

    def size(self, url):
        return os.path.getsize(self.path(url))

    def put(self, url, body):
        path = self.path(url)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        temporary = os.path.join(self.root, ".unfinished")
        with open(temporary, "wb") as file:
            file.write(body)
        os.replace(temporary, path)

    def delete(self, url):
        if os.path.exists(self.path(url)):
            os.remove(self.path(url))

    def move(self, source, target):
        os.makedirs(os.path.dirname(self.path(target)), exist_ok=True)
        shutil.move(self.path(source), self.path(target))

    def spark(self, url):
        return "file://" + os.path.abspath(self.path(url)) + ("/" if url.endswith("/") else "")


# --- the slices of a table ------------------------------------------------------------------------------------------
#
# The rules of crates/slices. A slice is its text: `2025-03-14`, `2025-03`, or `whole` for all of a table.

# The form of a slice in names, what it looks like, and where something is missing from it.
GRAINS = {
    "day": ("{date}", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "on this day", "its day is unknown"),
    "month": ("{month}", "[0-9]{4}-[0-9]{2}", "in this month", "its month is unknown"),
    "whole": (None, None, "at all", "it is no file of the table"),
}
SIZES = list(GRAINS)


def grain(place):
    return place.get("grain", "day")


def within(part, size):
    """The slice of this size that a slice is a part of."""
    return {"day": part, "month": part[:7], "whole": "whole"}[size]


def size_of(part):
    return {10: "day", 7: "month"}.get(len(part), "whole")


def overlaps(one, other):
    return "whole" in (one, other) or one.startswith(other) or other.startswith(one)


def pattern(place):
    if "file" in place:
        return place["file"]
    return "%s=%s/" % (place["partition"], GRAINS[grain(place)][0]) if "partition" in place else ""


def folder(place, part):
    word = GRAINS[grain(place)][0]
    name = pattern(place)
    return place["path"] + (name.replace(word, within(part, grain(place))) if word else name)


def prefix(place, part):
    """What a listing has to begin with. A folder of files is listed whole: a file without a slice must not hide in it."""
    if part is None or "partition" not in place or size_of(part) == "whole":
        return place["path"]
    if SIZES.index(grain(place)) < SIZES.index(size_of(part)):
        return "%s%s=%s-" % (place["path"], place["partition"], part)
    return folder(place, part)


def shape(place):
    """What finds the slice in a name: its first group, if there is one."""
    word, digits = GRAINS[grain(place)][:2]
    literal = lambda text: "[^/]*".join(map(re.escape, text.split("*")))  # noqa: E731
    before, found, after = pattern(place).partition(word) if word and not picks(place) else (pattern(place), "", "")
    text = literal(before) + ("(%s)" % digits + literal(after) if found else "")
    return re.compile(text + (r"\Z" if "file" in place else ""))


def picks(place):
    return "file" in place and place.get("input") == "newest"


def slices(store, name, place, only):
    """The files of each slice that has a part in common with `only`, and what is no candidate for the newest, and why."""
    try:
        return assign(place, only, [url[len(place["path"]) :] for url in store.list(prefix(place, only))])
    except Failed as failed:
        raise Failed("listing table `%s`: %s" % (name, failed)) from None


def assign(place, only, names):
    form, found, dated, ignored = shape(place), {}, {}, []
    for key in names:
        if not key or key.endswith("/") or any(part[:1] in (".", "_") for part in key.split("/")):
            continue
        url, match = place["path"] + key, form.match(key)
        if not picks(place):
            part = match and (match.group(1) if form.groups else "whole")
            if not part or not is_slice(part):
                unknown = GRAINS[grain(place)][3]
                raise Failed("%s is not named like `%s`, so %s; rename or remove it" % (url, pattern(place), unknown))
            if only is None or overlaps(part, only):
                found.setdefault(part, []).append(url)
            continue
        digits = re.match("[0-9]{8}", key)
        day = digits and "%s-%s-%s" % (key[:4], key[4:6], key[6:8])
        if not match:
            ignored.append("%s is not named like `%s`" % (key, pattern(place)))
        elif not digits:
            ignored.append("the name of %s does not begin with a date, YYYYMMDD" % key)
        elif not is_day(day):
            ignored.append("the name of %s begins with a date that the calendar does not have" % key)
        elif only is None or overlaps(within(day, grain(place)), only):
            dated.setdefault(within(day, grain(place)), []).append((day, url))
    for part, files in dated.items():
        latest = max(day for day, _ in files)
        newest = [url for day, url in files if day == latest]
        if len(newest) > 1:
            raise Failed(
                "%s and %s are both of %s, the latest date, so neither of them is the newest: remove or rename one"
                % (newest[0], newest[1], latest)
            )
        found[part] = newest
    return found, ignored


def is_day(text):
    try:
        return bool(datetime.date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False


def is_slice(text):
    return text == "whole" or is_day(text if len(text) == 10 else text + "-01")


# --- raw CSV files --------------------------------------------------------------------------------------------------


class NotText(Failed):
    """A line that cannot be read, by its number among those that were read."""

    def __init__(self, line, text):
        self.line, self.text = line, text
        super().__init__(line, text)

    def after(self, lines):
        """The same, with so many lines in front."""
        return NotText(self.line + lines, self.text)

    def __str__(self):
        return self.text % self.line if "%d" in self.text else self.text


class TooFar(Exception):
    """A record goes on and on: reading probably began in the middle of one."""


class Lines:
    """Feeds the csv module line by line, and can go back to the second line of a record that cannot be split.

    `position` is the byte at which the next line begins, and `number` counts lines from where reading began."""

    def __init__(self, file, position=0, limit=None):
        self.file, self.position, self.limit = file, position, limit
        self.first_byte, self.number, self.seen, self.back = position, 0, [], []

    def __iter__(self):
        return self

    def __next__(self):
        if self.back:
            line, size = self.back.pop()
        else:
            raw = self.file.readline()
            if not raw:
                raise StopIteration
            if self.limit is not None and self.position > self.limit:
                raise TooFar
            line, size = self.decode(raw), len(raw)
        self.number += 1
        self.position += size
        self.seen.append((line, size))
        return line

    def decode(self, raw):
        if b"\0" in raw:
            raise NotText(self.number + 1, "it has a zero byte, so it is not text")
        try:
            return raw.decode("utf-8" if self.position else "utf-8-sig")
        except UnicodeDecodeError:
            raise NotText(self.number + 1, "line %d is not UTF-8; convert the file") from None

    def first(self):
        """Keep the first line of the record and give back the others."""
        others = self.seen[1:]
        self.back.extend(reversed(others))
        self.number -= len(others)
        self.position -= sum(size for _, size in others)
        return self.seen[0][0]

    def text(self):
        return "".join(line for line, _ in self.seen)


def plain(text):
    return (text[:-1] if text.endswith("\n") else text).rstrip("\r")


def records(lines, stop=None):
    """Line, raw text, fields (None where it cannot be split) and the reason of each record that begins before `stop`."""
    # Here, since workers of Spark run this function and not the module.
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(lines, strict=True)
    while stop is None or lines.position < stop:
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
                else "a carriage return is outside of quotes"
                if "new-line" in text
                else "text follows a closing quote"
            )
            yield start, plain(lines.first()), None, reason
            continue
        if fields:
            yield start, plain(lines.text()), fields, None


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


def judge(slots, fields, reason):
    """The values of a record, or the reason why there are none."""
    if reason is None and len(fields) != len(slots):
        reason = "%d fields instead of %d" % (len(fields), len(slots))
    if reason is not None:
        return None, reason
    try:
        return [slot.value(field) for slot, field in zip(slots, fields)], None
    except ValueError as error:
        return None, str(error)


def contradictions(groups, slots, key):
    """Those to be rejected of rows (line, raw text, fields) that are grouped by their key."""
    bad = []
    name = ", ".join(slot.name for slot in slots if slot.name in key)
    for rows in groups.values():
        same = all(fields == rows[0][2] for _, _, fields in rows)
        reason = "the same row is there already" if same else "another row has the same %s and differs" % name
        if len(rows) > 1:
            bad += [(line, reason, raw) for line, raw, _ in rows[1 if same else 0 :]]
    return bad


def refuse_all_bad(rows, bad):
    if rows and len(bad) == rows:
        counts = count_reasons(bad)
        most = max(counts, key=counts.get)
        raise Failed(
            "none of its %d rows fits the declared columns: %d times %s; is it the right file?" % (rows, counts[most], most)
        )


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


# --- blocks of a raw file, for Spark ---------------------------------------------------------------------------------
#
# Which line breaks are inside of quotes can only be told from a record's start, and a block begins anywhere. So each block
# guesses that its first whole line begins a record, and tells where the first record of the next block begins. Where that
# is not what the next block guessed, that block is read again from there. A record's start is all that reading depends on,
# so once neighbours agree, the blocks are exactly what one reader would have read from the file's start.


class Block:
    """The records that begin in [start, stop), and where the next one begins."""

    # So far behind a block's end may a record reach that perhaps began at a wrong guess.
    REACH = 1 << 20

    def __init__(self, first, stop, start=None, end=None):
        self.first, self.stop, self.start, self.end = first, stop, start, end
        self.guesses, self.lines, self.before, self.failure = start is None, 0, 0, None

    def read(self, store, url):
        """Where its records end, and in how many lines; the end stays unknown where a guess leads too far."""
        if self.start is None:
            with store.open(url, self.first - 1) as file:
                self.start = self.first - 1 + len(file.readline())
        self.end = self.start
        if self.start < self.stop:
            with store.open(url, self.start) as file:
                lines = Lines(file, self.start, self.stop + self.REACH if self.guesses else None)
                try:
                    for _ in records(lines, self.stop):
                        pass
                    self.end = lines.position
                except TooFar:
                    self.end = None
                except NotText as failure:
                    self.end, self.failure = None, failure
                self.lines = lines.number
        return self

    def records(self, store, url):
        if self.start < self.stop:
            with store.open(url, self.start) as file:
                for line, raw, fields, reason in records(Lines(file, self.start), self.stop):
                    yield self.before + line, raw, fields, reason


def cut(each, store, url, body, before, size, step):
    """The blocks of a file whose header ends at byte `body`, after `before` lines. `each` is map, side by side."""
    edges = list(range(body, size, step)) + [size]
    blocks = [Block(first, stop, body if first == body else None) for first, stop in zip(edges, edges[1:])]
    todo = list(range(len(blocks)))
    while todo:
        for index, block in zip(todo, each(lambda block: block.read(store, url), [blocks[index] for index in todo])):
            blocks[index] = block
        todo, start = [], body
        for index, block in enumerate(blocks):
            if block.start != start:
                # Most often it ends where it ended before, and what follows it is right.
                block = blocks[index] = Block(block.first, block.stop, start, block.end)
                todo.append(index)
            elif block.end is None and block.guesses and not block.failure:
                # It began at the right place, so it may read as far as it has to.
                block = blocks[index] = Block(block.first, block.stop, start)
                todo.append(index)
            if block.end is None:
                break
            start = block.end
    for block in blocks:
        block.before = before
        if block.failure:
            raise block.failure.after(before)
        before += block.lines
    return blocks


def mark_of(values):
    """The same number for equal keys on every machine: Python's own hash of text differs between processes."""
    numbers = (int, float, decimal.Decimal)
    text = repr([hash(value) if isinstance(value, numbers) else str(value) for value in values])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def judged(store, url, block, slots, key, order):
    """Line, mark of the key, reason, raw text and values in declared order, of each record of a block."""
    for line, raw, fields, reason in block.records(store, url):
        values, reason = judge(slots, fields, reason)
        if reason is None:
            mark = mark_of(key_of(slots, values, key)) if key else None
            yield (line, mark, None, None, *(values[index] for index in order))
        else:
            yield (line, None, reason, raw, *(None for _ in order))


def marked(store, url, block, slots, key, twice):
    """The records of a block whose key is there more than once: the key, and line, raw text and fields."""
    for line, raw, fields, reason in block.records(store, url):
        values, reason = judge(slots, fields, reason)
        if reason is None:
            found = key_of(slots, values, key)
            if mark_of(found) in twice:
                yield found, (line, raw, fields)


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
    raise Failed("the SQL gives the order %s, the table declares %s" % (", ".join(found), ", ".join(wanted)))


def check_counts(place, rows, nulls, distinct):
    for column, missing in zip(columns(place), nulls):
        if missing and not column.nullable:
            raise Failed("column `%s` has no value in %d of %d rows; correct the SQL" % (column.name, missing, rows))
    if distinct != rows:
        raise Failed(
            "%d rows have only %d different values of its key (%s); a join multiplies rows"
            % (rows, distinct, ", ".join(place["key"]))
        )


class Spark:
    """A cluster."""

    # A part of a slice holds about this many rows; a small one is one file, so that one step replaces it.
    ROWS_PER_FILE = 5_000_000
    # Bytes of a raw file that one task reads.
    BLOCK = 64 << 20

    def __init__(self, store):
        from pyspark.sql import SparkSession

        self.store, self.held = store, []
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

    def csv(self, url, place):
        """The rows of a file, how many it has, and those rejected: read by blocks, side by side."""
        from pyspark.sql import functions as f

        store, key = self.store, place.get("key", [])
        with store.open(url) as file:
            lines = Lines(file)
            slots = layout(next(records(lines), None), place)
            body, before = lines.position, lines.number
        blocks = cut(self.each, store, url, body, before, store.size(url), self.BLOCK)
        names = [slot.name for slot in slots]
        order = [names.index(column.name) for column in columns(place)]
        rows = self.rdd(blocks).flatMap(lambda block: judged(store, url, block, slots, key, order))
        types = "_line bigint, _mark bigint, _reason string, _raw string, " + self.schema(place)
        frame = self.session.createDataFrame(rows, types, verifySchema=False).persist()
        self.held.append(frame)
        count = frame.count()
        wrong, right = frame.where("_reason IS NOT NULL"), frame.where("_reason IS NULL")
        bad = [tuple(row) for row in wrong.select("_line", "_reason", "_raw").collect()]
        if key:
            shared = right.groupBy("_mark").count().where("count > 1").select("_mark")
            twice = {mark for (mark,) in shared.collect()}
            if twice:
                found = self.rdd(blocks).flatMap(lambda block: marked(store, url, block, slots, key, twice)).collect()
                groups = {}
                for mark, row in sorted(found, key=lambda each: each[1][0]):
                    groups.setdefault(mark, []).append(row)
                more = contradictions(groups, slots, key)
                if more:
                    gone = self.session.createDataFrame([(line,) for line, _, _ in more], "_line bigint")
                    right = right.join(f.broadcast(gone), "_line", "left_anti")
                bad += more
        bad.sort()
        refuse_all_bad(count, bad)
        return right.select([column.name for column in columns(place)]), count, bad

    def rdd(self, items):
        return self.session.sparkContext.parallelize(items, max(1, len(items)))

    def each(self, work, items):
        """The answers of `work` to all items, in their order."""
        return self.rdd(items).map(work).collect() if items else []

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

    def counts(self, frame, key):
        """Rows, and different values of a key."""
        return frame.count(), frame.select(*key).distinct().count()

    def check_types(self, frame, place):
        found = dict(frame.dtypes)
        for column in columns(place):
            if found[column.name] != self.type(column):
                raise Failed(
                    "column `%s`: the SQL gives %s, the table declares %s: CAST it" % (column.name, found[column.name], column.kind)
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

    def replace(self, frame, target, unfinished):
        """Write to another folder, then switch: the new parts replace the old ones, and what is left over is deleted."""
        for url in self.store.list(unfinished):
            self.store.delete(url)
        files = 1 + frame.count() // self.ROWS_PER_FILE
        frame.coalesce(files).write.mode("overwrite").option("compression", "snappy").parquet(self.store.spark(unfinished))
        written = [url for url in self.store.list(unfinished) if url.rsplit("/", 1)[1].startswith("part-")]
        parts = ["%spart-%05d.parquet" % (target, index) for index in range(len(written))]
        for source, part in zip(written, parts):
            self.store.move(source, part)
        for url in self.store.list(target):
            if url not in parts:
                self.store.delete(url)
        for url in self.store.list(unfinished):
            self.store.delete(url)
        frame.unpersist()
        while self.held:
            self.held.pop().unpersist()


# --- a run ----------------------------------------------------------------------------------------------------------


def read(engine, place, files, rejects):
    """A table of which each slice has some files, and how many rows they have."""
    if place["format"] == "parquet":
        return engine.parquet([url for urls in files for url in urls], place), None
    frames, total = [], 0
    for urls in files:
        slice_frames = []
        for url in urls:
            try:
                frame, rows, bad = engine.csv(url, place)
            except Failed as failed:
                raise Failed("reading %s: %s" % (url, failed)) from None
            rejects += bad
            total += rows
            slice_frames.append(frame)
        frame = engine.union(slice_frames)
        if len(urls) > 1 and place.get("key"):
            rows, values = engine.counts(frame, place["key"])
            if rows != values:
                raise Failed(
                    "reading %s: it and other files of its slice have %d rows with only %d different values of the key (%s); "
                    "leave each row in one file" % (urls[0], rows, values, ", ".join(place["key"]))
                )
        frames.append(frame)
    return engine.union(frames), total


def outgrown(planned, size, grain):
    """A sentence where a slice's input of `size` bytes is too large for what was chosen for days of `planned` GB."""
    limit = next((limit for limit in (0.1, 4) if planned <= limit), None)
    if limit is None or size <= limit * 1e9:
        return None
    return (
        "the %s's input is %.2f GB, and the job is for at most %s: set jobs.day_gb to %.2f, or more, and run `jobs up`"
        % ("table" if grain == "whole" else grain, size / 1e9, limit, size / 1e9)
    )


def one_slice(store, engine, spec, sql, part, found):
    tables, rejects, files = {}, [], {}
    for name, place in spec["reads"].items():
        files[name] = [urls for of, urls in sorted(found[name].items()) if overlaps(of, part)]
        if not files[name]:
            raise Failed(
                "running %s for %s: table `%s` has no data at %s; run datagen or load first"
                % (spec["name"], part, name, folder(place, part))
            )
    size = sum(store.size(url) for table in files.values() for urls in table for url in urls)
    warning = outgrown(spec.get("day_gb", 0), size, grain(spec["writes"]))
    if warning:
        print("%s %s: warning: %s" % (spec["name"], part, warning))
    for name, place in spec["reads"].items():
        tables[name], rows = read(engine, place, files[name], rejects)
        if rows == 0:
            where = GRAINS[grain(spec["writes"])][2]
            print("%s %s: warning: table `%s` has no rows %s" % (spec["name"], part, name, where))
    try:
        answer, rows = engine.answer(sql, tables, spec["writes"])
    except Failed as failed:
        raise Failed("checking the answer of %s: %s" % (spec["sql"], failed)) from None
    if any(place["format"] == "csv" for place in spec["reads"].values()):
        url = "%s%s.csv" % (spec["rejects"], part)
        if rejects:
            store.put(url, print_rejects(rejects))
        else:
            store.delete(url)
    bucket = spec["writes"]["path"].split("/")[2]
    # Outside of every table's folder: no crawler may meet a file that is not finished.
    unfinished = "s3://%s/data/unfinished/%s/%s/" % (bucket, spec["name"], part)
    engine.replace(answer, folder(spec["writes"], part), unfinished)
    print("%s %s: wrote %d rows" % (spec["name"], part, rows))
    for reason, count in count_reasons(rejects).items():
        print("%s %s: warning: %d rows rejected: %s; see %s%s.csv" % (spec["name"], part, count, reason, spec["rejects"], part))


def run(store, engine, url, date):
    with store.open(url) as file:
        spec = json.load(file)
    with store.open(spec["sql"]) as file:
        sql = file.read().decode().rstrip().rstrip(";")
    size = grain(spec["writes"])
    only, found, ignored = date and within(date, size), {}, []
    for name, place in spec["reads"].items():
        found[name], others = slices(store, name, place, only)
        ignored += ["table `%s`: %s, so it is ignored" % (name, why) for why in others]
    # A coarser slice, of reference data, says nothing about which slices there are.
    finer = [part for table in found.values() for part in table if SIZES.index(size_of(part)) <= SIZES.index(size)]
    parts = [only] if only else sorted({within(part, size) for part in finer})
    for why in ignored:
        print("%s %s: warning: %s" % (spec["name"], parts[0] if parts else size, why))
    if not parts:
        raise Failed("running %s: none of its tables has any data; run datagen or load first" % spec["name"])
    for part in parts:
        one_slice(store, engine, spec, sql, part, found)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--spec", required=True)
    parser.add_argument("--date")
    parser.add_argument("--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL"))
    parser.add_argument("--root")
    # Glue adds arguments of its own, such as --JOB_NAME.
    options, _ = parser.parse_known_args(arguments)
    if options.date and not is_day(options.date):
        parser.error("--date: `%s` is not a day (YYYY-MM-DD)" % options.date)
    store = Folder(options.root) if options.root else S3(options.endpoint_url)
    try:
        engine = Spark(store)
        for spec in options.spec.split(","):
            run(store, engine, spec.strip(), options.date)
    except Failed as failed:
        sys.exit("strata_transform: %s" % failed)


if __name__ == "__main__":
    main(sys.argv[1:])
