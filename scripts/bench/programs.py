"""Each program on its own: the time from start to end of `--help`, its memory, and its size on disk.

    python3 scripts/bench/programs.py
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from bench import BIN, layers
from report import Report

PROGRAMS = [*layers(), "pipeline", "datagen", "teardown", "local"]
RUNS = 20


def start(program):
    """Milliseconds of one start."""
    begin = time.perf_counter()
    done = subprocess.run([BIN / program, "--help"], stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"programs: {program} --help ended with {done.returncode}")
    return (time.perf_counter() - begin) * 1000


def resident(program):
    """The most memory that one start had, in MB. What the kernel counts for a child includes the pages of the process that
    forked it, so the program is held where it prints its help, into a pipe that is full, and asked for its own peak."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    try:
        while True:
            os.write(write, bytes(4096))
    except BlockingIOError:
        os.set_blocking(write, True)
    with subprocess.Popen([BIN / program, "--help"], stdout=write) as process:
        os.close(write)
        about = pathlib.Path(f"/proc/{process.pid}")
        while "pipe_write" not in (about / "wchan").read_text() and process.poll() is None:
            time.sleep(0.001)
        peak = next(line for line in (about / "status").read_text().splitlines() if line.startswith("VmHWM"))
        while os.read(read, 65536):
            pass
    os.close(read)
    return int(peak.split()[1]) / 1024


def stripped(program):
    """MB on disk without symbols."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(["strip", "-o", file.name, BIN / program], check=True)
        return os.stat(file.name).st_size / 1e6


def main():
    report = Report("programs", "Each program: time of --help, memory, size on disk")
    for program in PROGRAMS:
        report.bound(f"{program} --help, time", [start(program) for _ in range(RUNS)], "ms", at_most=10)
    for program in PROGRAMS:
        report.bound(f"{program} --help, resident", [resident(program) for _ in range(5)], "MB", at_most=20)
    for program in PROGRAMS:
        report.bound(f"{program}, stripped", [stripped(program)], "MB")
    report.save()


if __name__ == "__main__":
    main()
