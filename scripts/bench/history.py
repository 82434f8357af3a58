"""What a day costs when there is more and more history: the daily run on day 1, 30 and 365, and the published way.

    python scripts/bench/history.py [--rows 1000] [--rounds 5]

A daily run is what `just run` does once the day's file is there: crawl the raw table, run nine transforms, crawl what they
made. History is put there without running it: each day's objects are copies of one real day's, and a crawl finds them.
The published jobs read the whole raw table and rewrite it, five times a day; here the same is measured on the first day
and on the last one with Python's polars, which is also what runs the transforms in AWS.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import boto3
from bench import BIN, LAYERS, PIPELINE, Endpoint
from report import Report

DAYS = (1, 30, 365)
LAST = datetime.date(2024, 12, 31)


def chain(env, words, document):
    """A pipe of programs; its standard output."""
    done = subprocess.run(["bash", "-o", "pipefail", "-c", words], env=env, input=document, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"history: {words}: {done.stderr[-2000:]}")
    return done.stdout


class History:
    """A bucket with so many days in it, the last of them not run yet."""

    def __init__(self, endpoint, rows):
        self.endpoint, self.rows = endpoint, rows
        self.s3 = boto3.client("s3", endpoint_url=endpoint.url, region_name="eu-central-1", aws_access_key_id="local", aws_secret_access_key="local")
        up = " | ".join(f"{BIN / layer} --quiet up" for layer in LAYERS if layer not in ("net", "airflow"))
        self.document = chain(endpoint.env, up, PIPELINE.read_text())
        wish = json.loads(PIPELINE.read_text())["pipeline"]
        self.tables = [table["path"] for table in wish["tables"].values() if table.get("partition")]
        self.bucket = json.loads(self.document)["storage"]["bucket"]

    def raw(self, date):
        return f"data/raw/raw_batch_data_{date}.csv"

    def daily(self, date):
        """Seconds and calls of one daily run."""
        words = f"{BIN}/datagen generate --quiet --to bucket --date {date} --rows {self.rows}"
        chain(self.endpoint.env, words, self.document)
        before = self.endpoint.count()
        words = f"{BIN}/catalog --quiet crawl raw | {BIN}/jobs --quiet run --date {date} | {BIN}/catalog --quiet crawl"
        start = time.perf_counter()
        chain(self.endpoint.env, words, self.document)
        took = time.perf_counter() - start
        return took, len(self.endpoint.calls(before))

    def grow(self, day, days):
        """Copies of `day` until there are `days` of them in front of it."""
        keys = [self.raw("{}")] + [f"{path}batch_date={{}}/part-00000.parquet" for path in self.tables]
        bodies = {key: self.s3.get_object(Bucket=self.bucket, Key=key.format(day))["Body"].read() for key in keys}
        dates = [LAST - datetime.timedelta(400 + back) for back in range(days)]

        def put(pair):
            self.s3.put_object(Bucket=self.bucket, Key=pair[0].format(pair[1]), Body=bodies[pair[0]])

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(put, [(key, date) for date in dates for key in keys]))
        # The crawlers get to know the folders.
        chain(self.endpoint.env, f"{BIN}/catalog --quiet crawl", self.document)


def published(folder, days, rows):
    """Seconds of the five staging tables rebuilt from `days` raw files, each by a scan of all of them."""
    import polars

    columns = {
        "dim_address": ["unique_id", "address", "mac_address", "ip_address"],
        "dim_date": ["unique_id", "accessed_at"],
        "dim_finance": ["unique_id", "iban"],
        "dim_person": ["unique_id", "person_name", "user_name", "email", "phone", "birth_date", "personal_number"],
        "fact_network_usage": ["unique_id", "session_duration", "download_speed", "upload_speed", "consumed_traffic"],
    }
    raw = pathlib.Path(folder, "raw")
    raw.mkdir(exist_ok=True)
    have = len(list(raw.iterdir()))
    for index in range(have, days):
        words = [BIN / "datagen", "generate", "--rows", str(rows), "--seed", str(index), "--date", "2024-09-15"]
        with open(raw / f"{index:04}.csv", "wb") as file:
            subprocess.run(words, stdout=file, stderr=subprocess.PIPE, check=True)
    start = time.perf_counter()
    for table, names in columns.items():
        polars.scan_csv(raw / "*.csv", infer_schema=False).select(names).collect().write_csv(pathlib.Path(folder, table + ".csv"))
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    report = Report("history", f"A daily run of {options.rows} rows, as history grows")
    times, calls = {day: [] for day in DAYS}, {day: [] for day in DAYS}
    scans = {day: [] for day in DAYS}
    with contextlib.ExitStack() as stack:
        histories = {day: History(stack.enter_context(Endpoint()), options.rows) for day in DAYS}
        folders = {day: stack.enter_context(tempfile.TemporaryDirectory()) for day in DAYS}
        for day, history in histories.items():
            # The tables are made, which no later day has to do.
            history.daily(LAST)
            history.grow(LAST, day - 1)
            published(folders[day], day, options.rows)
        for turn in range(1, options.rounds + 1):
            # Each run is a new day: one that was crawled before would not be crawled again.
            for day, history in histories.items():
                took, count = history.daily(LAST - datetime.timedelta(turn))
                times[day].append(took)
                calls[day].append(count)
            for day in DAYS:
                scans[day].append(published(folders[day], day, options.rows))
    for day in (30, 365):
        report.compare(f"daily run on day {day}", "day 1", times[day], times[1], "s", at_most=1.2)
    report.compare("calls of the daily run on day 365", "day 1", calls[365], calls[1], "calls", at_most=1.2)
    grown = [last / first for last, first in zip(scans[365], scans[1], strict=True)]
    report.bound("the published way (a scan of all history) on day 365, against its day 1", grown, "x")
    middle = lambda found: sorted(found)[len(found) // 2]  # noqa: E731
    lines = {"daily run": [(day, middle(found)) for day, found in times.items()], "published way, five staging tables": [(day, middle(found)) for day, found in scans.items()]}
    report.curve("Cost of one day as history grows", "days of history", "s", lines)
    report.note("bytes of raw input that a daily run reads: its own day's file, whatever the history (tests/transform.rs, tests/glue_spark.rs)")
    report.save()


if __name__ == "__main__":
    main()
