"""datagen against Python Faker making the same record, against tpchgen-cli by bytes per second, and against itself: with
one core and with all, as CSV and as Parquet, with few rows and with many.

    scripts/bench/run datagen

tpchgen-cli is compared where it is installed (`cargo install tpchgen-cli`). Faker has one thread, as the course's own
generator; datagen is a whole process, its start included.
"""

import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import time
import uuid
from datetime import datetime, timedelta

import faker

from bench import BIN
from report import Report

DATE = "2024-09-15"
CORES = os.cpu_count()
# Enough that a start of some milliseconds is no part of it.
ROWS = 20_000_000


def faker_rate(rows, seed):
    """Rows per second of the 16 columns made the way the course does, as CSV, written nowhere."""
    fake = faker.Faker("ro_RO")
    fake.seed_instance(seed)
    accessed_at = (datetime.fromisoformat(DATE) - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    with open(os.devnull, "w", newline="", encoding="utf-8") as nowhere:
        writer = csv.writer(nowhere, lineterminator="\n")
        start = time.perf_counter()
        for _ in range(rows):
            name = fake.name()
            user_name = name.replace(" ", "").lower()
            writer.writerow([
                name,
                user_name,
                f"{user_name}@{fake.free_email_domain()}",
                fake.ssn(),
                fake.date_of_birth(),
                fake.address().replace("\n", ", "),
                fake.phone_number(),
                fake.mac_address(),
                fake.ipv4(),
                fake.iban(),
                accessed_at,
                random.randint(0, 36_000),
                random.randint(0, 1_000),
                random.randint(0, 800),
                random.randint(0, 2_000_000),
                uuid.uuid4(),
            ])
        return rows / (time.perf_counter() - start)


def run(command, watch=False):
    """Seconds of a whole process that writes nowhere; and the most memory in MB, where it is watched, which takes a little
    of the processor's time."""
    with open(os.devnull, "wb") as nowhere:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=nowhere)
        peak = 0
        while watch and process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.005)
        process.wait()
        seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"datagen: {command} ended with {process.returncode}")
    return seconds, peak


def resident(pid):
    """The process's own peak so far, in MB; nothing once it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def datagen(rows, seed, threads=CORES, shape="csv", watch=False):
    words = ["--rows", rows, "--seed", seed, "--date", DATE, "--threads", threads, "--format", shape, "--quiet"]
    return run([BIN / "datagen", *map(str, words)], watch)


def written(command):
    """Bytes that a command prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        return sum(len(piece) for piece in iter(lambda: process.stdout.read(1 << 20), b""))


def tpchgen():
    """The command that prints nearly all of TPC-H's bytes, where it is installed."""
    program = shutil.which("tpchgen-cli") or shutil.which(os.path.expanduser("~/.cargo/bin/tpchgen-cli"))
    words = ["csv", "--scale-factor", "1", "--tables", "lineitem", "--stdout", "--quiet", "--num-threads", str(CORES)]
    return [program, *words] if program else None


def middle(runs):
    """The run of median time."""
    return sorted(runs, key=lambda run: run[1])[len(runs) // 2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if faker.VERSION != "18.4.0":
        sys.exit(f"datagen: Faker 18.4.0 is the baseline, and this is {faker.VERSION}")
    report = Report("datagen", f"datagen on {CORES} cores: rows and bytes per second, memory")
    other = tpchgen()
    rows = 100_000
    line = written([BIN / "datagen", "--rows", str(rows), "--date", DATE, "--quiet"]) / rows
    other_bytes = written(other) if other else 0
    found = {name: [] for name in ["faker", "all", "one", "parquet", "tpchgen"]}
    for turn in range(options.rounds):
        found["faker"].append(faker_rate(4_000, turn))
        found["all"].append(ROWS / datagen(ROWS, turn)[0])
        found["one"].append(ROWS / 2 / datagen(ROWS // 2, turn, threads=1)[0])
        found["parquet"].append(ROWS / datagen(ROWS, turn, shape="parquet")[0])
        if other:
            found["tpchgen"].append(other_bytes / 1e6 / run(other)[0] / CORES)
    report.compare("CSV, all cores", "Faker 18.4, one core", found["all"], found["faker"], "rows/s", at_least=3000)
    per_core = [rate * line / 1e6 / CORES for rate in found["all"]]
    if other:
        report.compare("CSV per core", "tpchgen-cli", per_core, found["tpchgen"], "MB/s", at_least=5)
    else:
        report.note("tpchgen-cli is not on this machine, so bytes per second were not compared; `cargo install tpchgen-cli`")
        report.bound("CSV per core", per_core, "MB/s", at_least=500)
    report.compare(f"{CORES} cores", "one core", found["all"], found["one"], "rows/s", at_least=0.85 * CORES)
    times = [1 / rate for rate in found["all"]], [1 / rate for rate in found["parquet"]]
    report.compare("Parquet, time for each row", "CSV", times[1], times[0], "s", at_most=2)

    sizes = [10**5, 10**6, 4 * 10**7]
    shapes = {shape: [[(rows, *datagen(rows, 1, shape=shape, watch=True)) for _ in range(options.rounds)] for rows in sizes] for shape in ["csv", "parquet"]}
    for shape, points in shapes.items():
        large, small = ([peak for _, _, peak in points[place]] for place in (2, 1))
        report.compare(f"{shape}: memory at {sizes[2]:,} rows", f"{sizes[1]:,} rows", large, small, "MB", at_most=1.2)
    shapes = {shape: [middle(runs) for runs in points] for shape, points in shapes.items()}
    report.curve("Seconds", "rows", "s", {shape: [(rows, took) for rows, took, _ in points] for shape, points in shapes.items()})
    report.curve("Peak memory", "rows", "MB", {shape: [(rows, peak) for rows, _, peak in points] for shape, points in shapes.items()})
    report.save()


if __name__ == "__main__":
    main()
