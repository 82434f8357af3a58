"""What a day of 1e6, 1e9 and 1e11 rows takes and costs with each engine: the tables of docs/scale.md.

    python scripts/bench/scale.py [--rates measured.json] [--rows 100000]

Measured here: rows a second and core of the program `transform` and of scripts/glue/strata_transform.py on Spark (one core each),
all nine transforms of one day, each a run that reads its input again, and bytes a row. Computed: everything else, from AWS's
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
START = {"native": 20, "spark": 60}


def run(engine, root, urls):
    """Seconds that all transforms of the day compute, on one core.

    Computed, and not by the clock on the wall: what else the machine does is not in it."""
    if engine == "native":
        return sum(native(root, url) for url in urls)
    script = ROOT / "tests/transform/engines.py"
    env = {**os.environ, "STRATA_CORES": "1", "STRATA_BLOCK": str(64 << 20), "POLARS_MAX_THREADS": "1"}
    python = ROOT / ".local/test-venv/bin/python"
    command = [python, script, root, *[f"{url}@{DATE}" for url in urls]]
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = child.stdout.read().decode()
    if child.wait() or said.count('"error": null') != len(urls):
        sys.exit(f"scale: {engine}: {said[-2000:]}")
    return float(said.rsplit("\nCPU ", 1)[1].split()[0])


def native(root, url):
    """The same of one transform, a process of its own as each job has."""
    command = [ROOT / "target/release/transform", "--root", root, "--spec", url, "--date", DATE, "--threads", "1"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(f"scale: {url}: {said[-2000:]}")
    return used.ru_utime + used.ru_stime


def measure(rows, rounds):
    """Rows a second: from two sizes, so that the start of Python or Spark is not in it."""
    found = {"rows": rows, "rounds": rounds}
    small = rows // 10
    with tempfile.TemporaryDirectory() as folder:
        urls = place.fill(folder)
        for engine in ("native", "spark"):
            rates = []
            for _ in range(rounds):
                place.raw(folder, DATE, small)
                short = run(engine, folder, urls)
                size = place.raw(folder, DATE, rows)
                long = run(engine, folder, urls)
                rates.append((rows - small) / max(long - short, 0.001))
            found[engine] = {"rows_s_core": sorted(rates)[rounds // 2], "all": rates}
        found["bytes_row"] = size / rows
        tables = sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*.parquet"))
        found["parquet_bytes_row"] = tables / rows
    return found


def ways(rates):
    """Name, engine, rows a second and DPUs."""
    for name, dpu in (("native, 1/16 DPU", 1 / 16), ("native, 1 DPU", 1)):
        yield name, "native", rates["native"]["rows_s_core"] * dpu * VCPUS * CORES_OF_VCPU, dpu
    for workers in (2, 10, 100, 299):
        cores = (workers - 1) * VCPUS * CORES_OF_VCPU
        yield f"Spark, {workers} G.1X", "spark", rates["spark"]["rows_s_core"] * cores, workers


def duration(seconds):
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def table(rates):
    lines = ["| a day of | with | takes, start included | DPU-seconds | USD a day | |", "|---|---|---|---|---|---|"]
    for rows in SIZES:
        for name, engine, speed, dpu in ways(rates):
            work = rows / speed
            # Staging and trusted jobs run side by side, in two waves; each is billed for itself, from its first line on.
            billed = TRANSFORMS * max(work / TRANSFORMS, LEAST_SECONDS) * dpu
            takes = 2 * START[engine] + 2 * work / TRANSFORMS
            why = "over 48 h, the longest run" if takes > 2 * 48 * 3600 else ""
            cost = f"{billed / 3600 * DPU_HOUR:,.2f}"
            lines.append(f"| {rows:.0e} rows | {name} | {duration(takes)} | {billed:,.0f} | {cost} | {why} |".replace("e+0", "e").replace("e+", "e"))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rates = json.loads(pathlib.Path(options.rates).read_text()) if options.rates else measure(options.rows, options.rounds)
    print(table(rates))
    print("\n" + json.dumps(rates))


if __name__ == "__main__":
    main()
