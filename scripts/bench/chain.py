"""The chain of `up` against its floor, as a ratio: the wall time of the six programs over the sum of the times that the
endpoint itself took to answer their calls. Both sides come from the same run. Exit 1 when a ratio is above `--at-most`.

    python3 scripts/bench/chain.py
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "target/release"
LAYERS = ["net", "iam", "storage", "catalog", "jobs", "airflow"]
PIPELINE = ROOT / "pipelines/driven-data/pipeline.json"


class Endpoint:
    """An endpoint of its own, with states that take no time: what is measured is the programs."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        words = ["serve", "--port", "0", "--dir", self.folder, "--venv", ROOT / ".local/venv", "--pace", "0", "--until-eof"]
        self.process = subprocess.Popen([BIN / "local", *words], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
        deadline = time.monotonic() + 120
        about = pathlib.Path(self.folder, "endpoint.json")
        while not about.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit("chain: the endpoint did not start; `target/release/local start` says why")
            time.sleep(0.02)
        self.url = json.loads(about.read_text())["url"]
        self.env = {
            **os.environ,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "eu-central-1",
        }
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def calls(self, since):
        with urllib.request.urlopen(f"{self.url}/_local/requests?since={since}") as answer:
            return json.load(answer)

    def count(self):
        calls = self.calls(0)
        return calls[-1]["n"] if calls else 0


def chain(endpoint):
    """Wall seconds of the chain, seconds of the endpoint's answers, calls, and calls that changed something."""
    since = endpoint.count()
    pipe = " | ".join(f"{BIN / layer} --quiet up" for layer in LAYERS)
    start = time.perf_counter()
    done = subprocess.run(["bash", "-o", "pipefail", "-c", f"cat {PIPELINE} | {pipe} > /dev/null"], env=endpoint.env, cwd=ROOT)
    wall = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"chain: up ended with {done.returncode}")
    calls = endpoint.calls(since)
    return wall, sum(call["ms"] for call in calls) / 1000, len(calls), sum(call["mutating"] for call in calls)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at-most", type=float, default=2.0)
    options = parser.parse_args()
    ratios = {"full": [], "no-op": []}
    for _ in range(options.rounds):
        with Endpoint() as endpoint:
            for name, times in ratios.items():
                wall, floor, calls, mutating = chain(endpoint)
                times.append(wall / floor)
                print(f"chain {name}: {wall:.2f} s for {calls} calls ({mutating} mutating), the endpoint's own {floor:.2f} s, ratio {wall / floor:.2f}")
    worst = 0.0
    for name, times in ratios.items():
        median = statistics.median(times)
        worst = max(worst, median)
        print(f"chain {name}: median ratio {median:.2f} (the floor is 1, the aim is at most {options.at_most:g})")
    sys.exit(worst > options.at_most)


if __name__ == "__main__":
    main()
