"""The start of each program: milliseconds of `--version` (median of 20 runs), peak memory, and size on disk.

    python3 scripts/bench/start.py
"""

import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

BIN = pathlib.Path(__file__).resolve().parents[2] / "target/release"
PROGRAMS = ["net", "iam", "storage", "catalog", "jobs", "airflow", "datagen", "teardown", "local"]
MOST_MS, MOST_MB = 15.0, 30.0


def start(program):
    """Milliseconds and megabytes of one start, the megabytes as the kernel counted them for that one child."""
    begin = time.perf_counter()
    process = subprocess.Popen([BIN / program, "--version"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"start: {program} --version ended with {process.returncode}")
    return (time.perf_counter() - begin) * 1000, usage.ru_maxrss / 1024


def main():
    # A process that forks has its own pages counted for the child until it runs the program; so this one stays small.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    slow = False
    for program in PROGRAMS:
        runs = [start(program) for _ in range(20)]
        ms, mb = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
        disk = (BIN / program).stat().st_size / 1e6
        slow |= ms > MOST_MS or mb > MOST_MB
        print(f"start {program}: {ms:.1f} ms, {mb:.1f} MB resident, {disk:.1f} MB on disk (aim: {MOST_MS:g} ms, {MOST_MB:g} MB)")
    sys.exit(slow)


if __name__ == "__main__":
    main()
