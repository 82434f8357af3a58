"""A build from nothing: how long each crate takes, as a picture. Not one of the measurements that run by default, since it
takes as long as the build does; `--from FILE` draws what `cargo build --timings` wrote before.

    scripts/bench/run build
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

from bench import ROOT
from report import Report

FOLDER = ROOT / "target/bench-build"


def build():
    """Compile everything in a folder of its own; the file that cargo writes about it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    command = ["cargo", "build", "--release", "--workspace", "--bins", "--locked", "--timings", "--target-dir", FOLDER]
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit("build: cargo failed")
    file = FOLDER / "cargo-timings/cargo-timing.html"
    text = file.read_text()
    shutil.rmtree(FOLDER / "release", ignore_errors=True)
    return text


def units(text):
    """What was compiled: name, start and duration in seconds."""
    found = json.loads(re.search(r"UNIT_DATA = (\[.*?\]);", text, re.DOTALL).group(1))
    return [{"name": unit["name"], "start": unit["start"], "seconds": unit["duration"]} for unit in found]


def end(found):
    """Seconds until the last crate was done."""
    return max(unit["start"] + unit["seconds"] for unit in found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="file", type=pathlib.Path, metavar="FILE", help="cargo-timing.html of a clean build")
    parser.add_argument("--before", nargs="+", default=[], type=pathlib.Path, metavar="FILE", help="the same of an older state, in parts if need be")
    options = parser.parse_args()
    found = units(options.file.read_text() if options.file else build())
    report = Report("build", "A build of all programs from nothing: when each crate was compiled")
    took = end(found) / 60
    report.bound("first build of all programs", [took], "min")
    if options.before:
        theirs = lambda found: end([unit for unit in found if not unit["name"].startswith("strata-")]) / 60  # noqa: E731
        before = sum(theirs(units(file.read_text())) for file in options.before)
        report.compare("of it what others wrote", "the state before", [theirs(found)], [before], "min", at_least=2)
    report.bound("the same, seconds of all crates together", [sum(unit["seconds"] for unit in found)], "s")
    polars = sum(unit["seconds"] for unit in found if unit["name"].startswith("polars"))
    report.bound("of them polars", [polars], "s")
    report.bound("of them the AWS SDKs", [sum(unit["seconds"] for unit in found if unit["name"].startswith("aws-"))], "s")
    report.bound("of them our own", [sum(unit["seconds"] for unit in found if unit["name"].startswith("strata-"))], "s")
    report.timeline(found)
    report.save()


if __name__ == "__main__":
    main()
