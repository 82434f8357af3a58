"""The nine transforms, CSV in and Parquet out, against DuckDB, polars, pandas and PySpark on the same file.

    just bench transform
    python scripts/bench/transform.py --full      (and a run of ours at 100,000,000 rows: 60 GB of disk)

Each transform of ours is a process of its own, as the workers are. The others do all nine in one process, which spares
them eight starts; each reads the CSV for each staging table, since each transform is a run of its own. All may use all
cores. The peak memory is that of the process (of the largest one of ours), as the kernel counts it.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import engines
from bench import BIN, PIPELINE, ROOT
from report import Report

DATE = engines.DATE
# Seconds for a million rows.
SLOW = 4


def ran(command, env=None):
    """Seconds and peak megabytes of a process; the measurement ends where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"bench: {command} ended with {process.returncode}: {said[-2000:].decode()}")
    return time.perf_counter() - start, used.ru_maxrss / 1000


class Day:
    """A folder with one day's raw file of so many rows."""

    def __init__(self, work, rows):
        self.rows, self.folder = rows, pathlib.Path(work, str(rows))
        self.raw = self.folder / f"bench/data/raw/raw_batch_data_{DATE}.csv"
        self.raw.parent.mkdir(parents=True)
        ran([BIN / "datagen", "--rows", str(rows), "--seed", "1", "--date", DATE, "--to", self.raw, "--quiet"])
        self.tables = self.folder / "tables"
        self.tables.mkdir()

    def ours(self):
        runs = [ran([BIN / "examples/bench", PIPELINE, self.folder, DATE, name]) for name in engines.transforms(PIPELINE)]
        return sum(took for took, _ in runs), max(memory for _, memory in runs)

    def theirs(self, engine):
        return ran([sys.executable, ROOT / "scripts/bench/engines.py", engine, self.raw, self.tables])

    def remove(self):
        shutil.rmtree(self.folder)


def pairs(report, day, engines, rounds):
    """Ours and theirs in turn; `engines` is name -> (what they are called, how much faster, how much less memory)."""
    ours, theirs = [], {engine: [] for engine in engines}
    for _ in range(rounds):
        ours.append(day.ours())
        for engine, found in theirs.items():
            found.append(day.theirs(engine))
    what = f"nine transforms, {day.rows:,} rows"
    side = lambda runs, place: [run[place] for run in runs]  # noqa: E731
    for engine, (name, faster, memory) in engines.items():
        report.compare(what, name, side(ours, 0), side(theirs[engine], 0), "s", at_least=faster)
        # The memory of Spark's Java is not that of the process that was started.
        if engine != "pyspark":
            report.compare(f"{what}, peak memory", name, side(ours, 1), side(theirs[engine], 1), "MB", at_least=memory)
    return ours


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="PySpark at the size of the others, and ours at 100,000,000 rows")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "--quiet", "--release", "--workspace", "--locked", "--example", "bench"], cwd=ROOT, check=True)
    report = Report("transform", "Nine transforms of driven-data: CSV to Parquet")
    work = tempfile.mkdtemp()
    try:
        measure(report, work, options)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report.save()


def measure(report, work, options):
    found = {}
    day = Day(work, 100_000)
    day.ours()
    found[day.rows] = [day.ours() for _ in range(options.rounds)]
    day.remove()
    day = Day(work, 1_000_000)
    # All of `just bench` shall take half an hour, and machines differ threefold.
    share = 4 if day.ours()[0] > SLOW and not options.full else 1
    if share > 1:
        report.note("this machine is slow: a quarter of the rows")
        day.remove()
        day = Day(work, 1_000_000 // share)
    slow = {"polars": ("polars (Python), streaming engine", None, None), "pandas": ("pandas", None, None)}
    if not shutil.which("java"):
        report.note("PySpark was not measured: there is no java on this machine")
    else:
        slow["pyspark"] = ("PySpark local[*]", 15, None)
    found[day.rows] = pairs(report, day, slow, options.rounds)
    day.remove()
    day = Day(work, 10_000_000 // share)
    found[day.rows] = pairs(report, day, {"duckdb": ("DuckDB", 2, 2)}, options.rounds)
    day.remove()
    if options.full:
        day = Day(work, 100_000_000)
        found[day.rows] = [day.ours()]
        day.remove()
    rows = lambda place: [(rows, sorted(runs)[len(runs) // 2][place]) for rows, runs in found.items()]  # noqa: E731
    report.curve("ours: seconds", "rows", "seconds", {"all nine": rows(0)})
    report.curve("ours: peak memory", "rows", "MB", {"the largest process": rows(1)})
    small, large = 1_000_000 // share, max(found)
    cost = lambda size: [took / size * 1e9 for took, _ in found[size]]  # noqa: E731
    many = cost(large)
    report.compare(f"cost of a row at {large:,} rows", f"at {small:,} rows", many, cost(small)[: len(many)], "ns", at_most=1.2)


if __name__ == "__main__":
    main()
