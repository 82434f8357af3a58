"""The nine transforms, CSV in and Parquet out, against DuckDB, polars, pandas and PySpark on the same file.

    just bench transform          (five rounds at 1,000,000 rows, one at 10,000,000)
    python scripts/bench/transform.py --full      (five rounds at 10,000,000 and a run at 100,000,000: 60 GB of disk)

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
    parser.add_argument("--full", action="store_true", help="the pairs at 10,000,000 rows, and ours at 100,000,000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the pairs")
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
    points = []
    day = Day(work, 100_000)
    day.ours()
    points.append((day.rows, day.ours()))
    day.remove()
    day = Day(work, options.rows)
    duckdb = {"duckdb": ("DuckDB", 2, 2)}
    ours = pairs(report, day, duckdb, options.rounds)
    points.append((day.rows, sorted(ours)[len(ours) // 2]))
    slow = {"polars": ("polars (Python), streaming engine", None, None), "pandas": ("pandas", None, None)}
    if shutil.which("java"):
        slow["pyspark"] = ("PySpark local[*]", 15, None)
    else:
        report.note("PySpark was not measured: there is no java on this machine")
    pairs(report, day, slow, options.rounds if options.full else 1)
    day.remove()
    if not options.full:
        report.note("polars, pandas and PySpark were measured in one round: together they take minutes (`--full`: in five)")
    sizes = [10_000_000] + [100_000_000] * options.full
    for rows in sizes:
        day = Day(work, rows)
        if rows == 10_000_000:
            ours = pairs(report, day, duckdb, options.rounds if options.full else 1)
            points.append((rows, sorted(ours)[len(ours) // 2]))
        else:
            points.append((rows, day.ours()))
        day.remove()
    if not options.full:
        report.note("At 10,000,000 rows there was one round; `python scripts/bench/transform.py --full` does five, and 100,000,000.")
    report.curve("ours: seconds", "rows", "seconds", {"all nine": [(rows, took) for rows, (took, _) in points]})
    report.curve("ours: peak memory", "rows", "MB", {"the largest process": [(rows, memory) for rows, (_, memory) in points]})
    (small, (first, _)), (large, (last, _)) = points[1], points[-1]
    report.bound(f"cost of a row at {large:,} rows against {small:,}", [last / large / (first / small)], "x", at_most=1.2)


if __name__ == "__main__":
    main()
