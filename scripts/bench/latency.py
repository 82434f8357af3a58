"""`up` where each call is 50 ms on its way, against its critical path: what the calls of the longest chain took that waited for
one another.

    python3 scripts/bench/latency.py
"""

import argparse
import statistics

from bench import Endpoint, chain, down
from measured import run, weather
from report import Report

MS = 50


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    found = {"up": [], "no-op": []}
    with Endpoint() as endpoint:
        for command in (chain(), down()):
            run(endpoint, command)
        for _ in range(options.rounds):
            weather(endpoint, latency_ms=MS)
            for runs in found.values():
                runs.append(run(endpoint, chain()))
            weather(endpoint)
            run(endpoint, down())
    report = Report("latency", f"`up` with {MS} ms for each call on its way")
    for name, runs in found.items():
        report.compare(name, "its critical path", [one.wall for one in runs], [one.chain for one in runs], "s", at_most=1.15)
        calls, steps = (statistics.median(getattr(one, field) for one in runs) for field in ("calls", "steps"))
        report.note(f"{name}: {calls:.0f} calls, {steps:.0f} of them one after the other")
    report.save()


if __name__ == "__main__":
    main()
