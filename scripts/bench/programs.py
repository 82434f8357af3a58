"""Each program on its own: the time from start to end of `--help`, its memory, and its size on disk.

    python3 scripts/bench/programs.py
"""

import os
import subprocess
import sys
import time

from bench import BIN
from report import Report

PROGRAMS = ["net", "iam", "storage", "catalog", "jobs", "airflow", "datagen", "teardown", "local"]
RUNS = 20


def start(program):
    """Milliseconds and megabytes of one start, the megabytes as the kernel counted them for that one child."""
    # A process that forks has its own pages counted for the child until the program runs, so a small shell forks.
    script = f'exec "{BIN / program}" --help'
    begin = time.perf_counter()
    process = subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"programs: {program} --help ended with {process.returncode}")
    return (time.perf_counter() - begin) * 1000, usage.ru_maxrss / 1024


def main():
    report = Report("programs", "Each program: time of --help, memory, size on disk")
    for program in PROGRAMS:
        runs = [start(program) for _ in range(RUNS)]
        report.bound(f"{program} --help, time", [run[0] for run in runs], "ms", at_most=10)
        report.bound(f"{program} --help, resident", [run[1] for run in runs], "MB", at_most=20)
        report.bound(f"{program}, stripped", [(BIN / program).stat().st_size / 1e6], "MB")
    report.save()


if __name__ == "__main__":
    main()
