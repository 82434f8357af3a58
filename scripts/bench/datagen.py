"""Rows per second of `datagen` against Python Faker making the same record, as a ratio, both measured in this run.

    python -m venv .local/test-venv && .local/test-venv/bin/pip install -r tests/requirements.txt
    .local/test-venv/bin/python scripts/bench/datagen.py

The two take turns, so that other work on the machine slows both. Each line ends with its ratio; the last line is
the median of them, and the exit code is 1 when that is below `--at-least`. One thread of Faker is what the course's
own generator uses; `datagen` is a whole process, its start included, with as many threads as `--threads` says.
"""

import argparse
import csv
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time
import uuid
from datetime import datetime, timedelta

import faker

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATE = "2024-09-15"


def faker_rows_per_second(rows: int, seed: int) -> float:
    """Makes the 16 columns the way the course does, as CSV, written nowhere."""
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


def datagen_rows_per_second(program: pathlib.Path, rows: int, seed: int, threads: int) -> float:
    """One process, from its start to its end."""
    command = [program, "--rows", str(rows), "--seed", str(seed), "--date", DATE, "--threads", str(threads), "--quiet"]
    with open(os.devnull, "wb") as nowhere:
        start = time.perf_counter()
        subprocess.run(command, stdout=nowhere, check=True)
        return rows / (time.perf_counter() - start)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "target/release/datagen")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--faker-rows", type=int, default=5_000)
    parser.add_argument("--datagen-rows", type=int, default=5_000_000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--at-least", type=float, default=0, help="exit 1 when the median ratio is lower")
    options = parser.parse_args()
    if faker.VERSION != "18.4.0":
        print(f"datagen bench: Faker 18.4.0 is the baseline, and this is {faker.VERSION}", file=sys.stderr)
        return 2
    if not options.program.exists():
        print(f"datagen bench: {options.program} is missing; build it: cargo build --release -p strata-datagen", file=sys.stderr)
        return 2

    ratios = []
    for turn in range(options.rounds):
        slow = faker_rows_per_second(options.faker_rows, turn)
        fast = datagen_rows_per_second(options.program, options.datagen_rows, turn, options.threads)
        ratios.append(fast / slow)
        print(f"round {turn + 1}: datagen {fast:,.0f} rows/s, Faker {slow:,.0f} rows/s, {fast / slow:,.0f}x")
    ratio = statistics.median(ratios)
    print(f"datagen, {options.threads} threads: {ratio:,.0f}x Faker {faker.VERSION} (median of {options.rounds} rounds)")
    return 0 if ratio >= options.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
