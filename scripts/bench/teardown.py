"""Emptying and removing a bucket of object versions: `storage down` against boto3 and `aws s3 rm --recursive`.

All of them on our endpoint; boto3 on moto alone as well, which is what a laptop had before. `--full`: 100,000 versions in
every round."""

import json
import subprocess
import sys
from time import perf_counter

from bench import BIN, PIPELINE, ROOT, Endpoint, seconds
from buckets import TOOLS, Moto, bucket, fill
from report import Report

ROUNDS = 5
BODY = b"0123456789abcdef"
BOTO = "import boto3; b = boto3.resource('s3').Bucket('{}'); b.object_versions.delete(); b.delete()"


def keys(versions):
    """Two versions of each."""
    return [f"raw/{n // 100:05d}/{n:07d}.csv" for n in range(versions // 2)] * 2


def ours(end, versions):
    """`storage down` of a pipeline's bucket with so many versions."""
    made = subprocess.run([BIN / "storage", "--quiet", "up"], stdin=PIPELINE.open(), env=end.env, cwd=ROOT, capture_output=True)
    if made.returncode:
        sys.exit(f"bench: storage up: {made.stderr.decode()}")
    fill(end.url, json.loads(made.stdout)["storage"]["bucket"], keys(versions), BODY)
    begun = perf_counter()
    done = subprocess.run([BIN / "storage", "--quiet", "--yes", "down"], input=made.stdout, env=end.env, cwd=ROOT, capture_output=True)
    took = perf_counter() - begun
    if done.returncode:
        sys.exit(f"bench: storage down: {done.stderr.decode()}")
    return took


def boto(end, versions):
    bucket(end.url, "theirs", versions=True)
    fill(end.url, "theirs", keys(versions), BODY)
    return seconds([TOOLS / "python", "-c", BOTO.format("theirs")], end.env)


def cli(end, versions):
    """It leaves all versions, and adds a marker to each key: boto3 has to remove them afterwards."""
    bucket(end.url, "theirs", versions=True)
    fill(end.url, "theirs", keys(versions), BODY)
    took = seconds([TOOLS / "aws", "s3", "rm", "--recursive", "--only-show-errors", "s3://theirs"], end.env)
    seconds([TOOLS / "python", "-c", BOTO.format("theirs")], end.env)
    return took


def main():
    report = Report("teardown", "Emptying and removing a bucket")
    full = "--full" in sys.argv
    size = 100_000 if full else 10_000
    with Endpoint() as end:
        rounds = [(ours(end, size), boto(end, size)) for _ in range(ROUNDS)]
        mine, theirs = map(list, zip(*rounds))
        report.compare(f"{size:,} versions", "boto3's object_versions.delete(), the same endpoint", mine, theirs, "s", at_least=20)
        # It sends one call for each key: a tenth of the size says as much.
        few = size // 10
        rounds = [(ours(end, few), cli(end, few)) for _ in range(ROUNDS)]
        mine, theirs = map(list, zip(*rounds))
        report.compare(f"{few:,} versions", "`aws s3 rm --recursive`, which leaves the versions", mine, theirs, "s", at_least=20)
        with Moto() as moto:
            few = size // 10
            rounds = [(ours(end, few), boto(moto, few)) for _ in range(ROUNDS)]
            mine, theirs = map(list, zip(*rounds))
            report.compare(f"{few:,} versions", "boto3 on moto alone", mine, theirs, "s", at_least=20)
    if not full:
        report.note("five rounds at 10,000 versions and less; `--full` has 100,000, which takes minutes to write")
    report.note("boto3 deletes by 1,000 as we do, so on one endpoint the ratio is that of two clients' processor time")
    report.save()


main()
