"""What a day of 1e6, 1e9 and 1e11 rows takes and costs with each engine: the tables of docs/scale.md.

    python scripts/bench/scale.py [--rates measured.json] [--rows 100000]

Measured here: rows a second and core of scripts/glue/strata_transform.py with polars and with Spark (one core each), all
nine transforms of one day, each a run that reads its input again, and bytes a row. Computed: everything else, from AWS's
list prices. `--rates` takes the measurement of an earlier run (it is printed as JSON at the end) and measures nothing.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import folder as place

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATE = "2024-09-15"
SIZES = (10**6, 10**9, 10**11)
TRANSFORMS = 9

# List prices, us-east-1, USD: Glue up to 5.1, a DPU-hour; billed by the second, one minute at least.
DPU_HOUR = 0.44
LEAST_SECONDS = 60
# A DPU is 4 vCPUs and 16 GB; a G.1X worker is one DPU, and one of them is the driver. vCPUs are threads of a core.
VCPUS = 4
CORES_OF_VCPU = 0.5
# Seconds until a job's first line runs, which are not billed: assumed.
START = {"polars": 20, "spark": 60}
# The job that holds most: seven columns of text. The script holds a whole day, so its memory grows with the day.
LARGEST = "staging_dim_person"
MEMORY = {"1/16 DPU": 1e9, "1 DPU": 16e9}


def run(engine, root, urls):
    """Seconds that all transforms of the day compute, in one process on one core; and the most memory that it held.

    Computed, and not by the clock on the wall: what else the machine does is not in it."""
    script = ROOT / "tests/transform/engines.py"
    env = {**os.environ, "STRATA_CORES": "1", "STRATA_BLOCK": str(64 << 20), "POLARS_MAX_THREADS": "1"}
    python = ROOT / ".local/test-venv/bin/python"
    command = [python, script, engine, root, *[f"{url}@{DATE}" for url in urls]]
    # GNU time is not everywhere; wait4 tells the memory of the process that is waited for.
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = child.stdout.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    if status or said.count('"error": null') != len(urls):
        sys.exit(f"scale: {engine}: {said[-2000:]}")
    return float(said.rsplit("\nCPU ", 1)[1].split()[0]), used.ru_maxrss * 1024


def measure(rows, rounds):
    """Rows a second: from two sizes, so that the start of Python or Spark is not in it."""
    found = {"rows": rows, "rounds": rounds}
    small = rows // 10
    with tempfile.TemporaryDirectory() as folder:
        urls = place.fill(folder)
        for engine in ("polars", "spark"):
            rates = []
            for _ in range(rounds):
                place.raw(folder, DATE, small)
                short, _ = run(engine, folder, urls)
                size = place.raw(folder, DATE, rows)
                long, _ = run(engine, folder, urls)
                rates.append((rows - small) / max(long - short, 0.001))
            found[engine] = {"rows_s_core": sorted(rates)[rounds // 2], "all": rates}
        found["bytes_row"] = size / rows
        tables = sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*.parquet"))
        found["parquet_bytes_row"] = tables / rows
        found["polars"].update(memory(folder, [url for url in urls if LARGEST in url]))
    return found


def memory(folder, urls):
    """What polars holds: a start, and so much for a byte of raw CSV. One job, beyond the rows that it reads at a time."""
    points = []
    for rows in (100_000, 400_000):
        size = place.raw(folder, DATE, rows)
        points.append((size, run("polars", folder, urls)[1]))
    (small, low), (large, high) = points
    slope = (high - low) / (large - small)
    return {"memory_of_raw": slope, "memory_start": low - slope * small}


def most(rates, name):
    """Bytes of raw CSV with which a machine's memory is three quarters full."""
    return (MEMORY[name] * 0.75 - rates["polars"]["memory_start"]) / rates["polars"]["memory_of_raw"]


def ways(rates):
    """Name, rows a second, DPUs and rows that fit."""
    one = rates["polars"]["rows_s_core"]
    for name, dpu, threads in (("polars, 1/16 DPU", 1 / 16, VCPUS / 16), ("polars, 1 DPU", 1, 1)):
        # The script reads CSV in Python, on one core: more of them do not make it faster.
        yield name, "polars", one * min(threads, 1), dpu, most(rates, name.split(", ")[1]) / rates["bytes_row"]
    for workers in (2, 10, 100, 299):
        cores = (workers - 1) * VCPUS * CORES_OF_VCPU
        yield f"Spark, {workers} G.1X", "spark", rates["spark"]["rows_s_core"] * cores, workers, float("inf")


def duration(seconds):
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def table(rates):
    lines = ["| a day of | with | takes, start included | DPU-seconds | USD a day | |", "|---|---|---|---|---|---|"]
    for rows in SIZES:
        for name, engine, speed, dpu, fit in ways(rates):
            work = rows / speed
            # Staging and trusted jobs run side by side, in two waves; each is billed for itself, from its first line on.
            billed = TRANSFORMS * max(work / TRANSFORMS, LEAST_SECONDS) * dpu
            takes = 2 * START[engine] + 2 * work / TRANSFORMS
            why = f"does not fit: {fit:,.0f} rows do" if rows > fit else "over 48 h, the longest run" if takes > 2 * 48 * 3600 else ""
            cost = f"{billed / 3600 * DPU_HOUR:,.2f}"
            lines.append(f"| {rows:.0e} rows | {name} | {duration(takes)} | {billed:,.0f} | {cost} | {why} |".replace("e+0", "e").replace("e+", "e"))
    return "\n".join(lines)


def switch(rates):
    """The size of a day in GB at which each step is full by its memory."""
    for name in MEMORY:
        yield f"{name}: {most(rates, name) / 1e9:.2f} GB of raw CSV"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rates = json.loads(pathlib.Path(options.rates).read_text()) if options.rates else measure(options.rows, options.rounds)
    print(table(rates))
    print("\nfull by memory (three quarters of it):\n" + "\n".join(f"- {line}" for line in switch(rates)))
    print("\n" + json.dumps(rates))


if __name__ == "__main__":
    main()
