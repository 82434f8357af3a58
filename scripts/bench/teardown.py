"""Emptying and removing a bucket of object versions: `storage down` against boto3 and `aws s3 rm --recursive`, all of them on
our endpoint.

The versions are written once; each round begins with an endpoint that finds them in its folder, as after a restart."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from bench import BIN, PIPELINE, ROOT, Endpoint, seconds
from buckets import TOOLS, bucket, fill
from report import Report

ROUNDS = 5
BODY = b"0123456789abcdef"
BOTO = [TOOLS / "python", "-c", "import boto3; b = boto3.resource('s3').Bucket('theirs'); b.object_versions.delete(); b.delete()"]
# It leaves all versions, and adds a marker to each key.
CLI = [TOOLS / "aws", "s3", "rm", "--recursive", "--only-show-errors", "s3://theirs"]


def keys(versions):
    """Two versions of each."""
    return [f"raw/{n // 100:05d}/{n:07d}.csv" for n in range(versions // 2)] * 2


def program(end, words, document):
    """What a program prints."""
    done = subprocess.run([BIN / words[0], "--quiet", *words[1:]], input=document, env=end.env, cwd=ROOT, capture_output=True)
    if done.returncode:
        sys.exit(f"bench: {words}: {done.stderr.decode()}")
    return done.stdout


class Filled:
    """An endpoint's folder with so many versions in a bucket of the pipeline's, and the same in one without an owner."""

    def __init__(self, work, versions):
        self.work, self.folder = work, pathlib.Path(work, str(versions))
        self.folder.mkdir()
        with Endpoint(folder=self.folder) as end:
            self.document = program(end, ["storage", "up"], PIPELINE.read_bytes())
            bucket(end.url, "theirs", versions=True)
            fill(end.url, "theirs", keys(versions), BODY)
        ours = self.folder / "s3" / json.loads(self.document)["storage"]["bucket"]
        shutil.rmtree(ours / "files")
        shutil.copytree(self.folder / "s3/theirs/files", ours / "files", copy_function=hard_link)
        shutil.copy(self.folder / "s3/theirs/journal", ours / "journal")

    def round(self, theirs):
        """Seconds of `storage down`, and of the other's command."""
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            shutil.copytree(self.folder / "s3", pathlib.Path(folder, "s3"), copy_function=hard_link)
            with Endpoint(folder=folder) as end:
                # The first calls of an endpoint's life are slow; both sides shall find it as it is afterwards.
                program(end, ["storage", "plan"], PIPELINE.read_bytes())
                file = pathlib.Path(folder, "document.json")
                file.write_bytes(self.document)
                with open(file) as document:
                    ours = seconds([BIN / "storage", "--quiet", "--yes", "down"], end.env, stdin=document)
                assert not (pathlib.Path(folder, "s3") / json.loads(self.document)["storage"]["bucket"]).exists()
                return ours, seconds(theirs, end.env)


def hard_link(source, target):
    """A body is never written again, so it need not be copied; all else of a store is."""
    if pathlib.Path(source).parent.parent.name == "files":
        pathlib.Path(target).hardlink_to(source)
    else:
        shutil.copy(source, target)


def main():
    report = Report("teardown", "Emptying and removing a bucket")
    with tempfile.TemporaryDirectory() as work:
        for versions, command, name in (
            (100_000, BOTO, "boto3's object_versions.delete()"),
            (10_000, CLI, "`aws s3 rm --recursive`, which leaves the versions"),
        ):
            filled = Filled(work, versions)
            rounds = [filled.round(command) for _ in range(ROUNDS)]
            mine, theirs = map(list, zip(*rounds))
            report.compare(f"{versions:,} versions", name, mine, theirs, "s", at_least=20)
    report.note("`aws s3 rm` sends one call for each key: at 10,000 versions a round takes as long as boto3's at 100,000")
    report.note("boto3 deletes by 1,000 as we do, so the ratio is that of two clients' processor time")
    report.save()


main()
