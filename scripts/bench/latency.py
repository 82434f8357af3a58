"""`up` where each call is 50 ms on its way, against its critical path: what the calls of the longest chain took that waited for
one another. And what it is worth to begin with what has the longest way behind it, where few calls may go at once.

    python3 scripts/bench/latency.py
"""

import argparse
import statistics

from bench import BIN, PIPELINE, Endpoint, chain, down, seconds
from measured import run, weather
from report import Report

MS = 50
# Actions at once.
PARALLEL = (2, 8)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    found, orders = {"up": [], "no-op": []}, {}
    with Endpoint() as endpoint:
        for command in (chain(), down()):
            run(endpoint, command)
        for _ in range(options.rounds):
            weather(endpoint, latency_ms=MS)
            for runs in found.values():
                runs.append(run(endpoint, chain()))
            weather(endpoint)
            run(endpoint, down())
            for parallel in PARALLEL:
                for order in ("--first-come", ""):
                    weather(endpoint, latency_ms=MS)
                    runs = orders.setdefault((parallel, order), [])
                    command = ["bash", "-c", f"{BIN}/net up --quiet --parallel {parallel} {order} < {PIPELINE} > /dev/null"]
                    runs.append(run(endpoint, command))
                    weather(endpoint)
                    seconds(["bash", "-c", f"{BIN}/net down --quiet --yes < {PIPELINE} > /dev/null"], endpoint.env)
    report = Report("latency", f"`up` with {MS} ms for each call on its way")
    for name, runs in found.items():
        report.compare(name, "its critical path", [one.wall for one in runs], [one.chain for one in runs], "s", at_most=1.15)
        calls, steps = (statistics.median(getattr(one, field) for one in runs) for field in ("calls", "steps"))
        report.note(f"{name}: {calls:.0f} calls, {steps:.0f} of them one after the other")
    lines = {"first come": [], "longest way first": []}
    for (parallel, order), runs in orders.items():
        lines["first come" if order else "longest way first"].append((parallel, statistics.median(one.wall for one in runs)))
    for parallel in PARALLEL:
        first, longest = ([one.wall for one in orders[parallel, order]] for order in ("--first-come", ""))
        report.compare(f"net up --parallel {parallel}, longest way first", "first come", longest, first, "s")
    report.note(
        "longest way first makes no difference here: in this network what has the longest way behind it is ready first"
        " anyway; crates/layer/src/gate.rs has the case where it is not, as a test"
    )
    report.curve("net up: which action goes first", "actions at once (--parallel)", "s", lines)
    report.save()


if __name__ == "__main__":
    main()
