"""The chain of `up` against its floor: the wall time of the six programs in one pipe, over the time that the endpoint itself
needs. That is the larger of two: what it took for the longest chain of calls that waited for one another (the trace tells
which), and what its one Python thread had to work for all of them.

    python3 scripts/bench/chain.py
"""

import argparse
import statistics

from bench import PIPELINE, Endpoint, chain, down
from measured import run
from report import Report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    found = {"up": [], "no-op": []}
    with Endpoint() as endpoint:
        # The first one loads what the endpoint needs to answer at all.
        for command in (chain(), down()):
            run(endpoint, command)
        for _ in range(options.rounds):
            for runs in found.values():
                runs.append(run(endpoint, chain()))
            run(endpoint, down())
    report = Report("chain", f"`up` of six programs in a pipe against its floor ({PIPELINE.parent.name})")
    for name, runs in found.items():
        walls, floors = [one.wall for one in runs], [max(one.chain, one.python) for one in runs]
        report.compare(name, "its floor at the endpoint", walls, floors, "s", at_most=1.3)
        middle = {field: statistics.median(getattr(one, field) for one in runs) for field in ("wall", "chain", "python", "steps", "calls")}
        report.note(
            f"{name}: {middle['calls']:.0f} calls, {middle['steps']:.0f} of them one after the other; the endpoint took"
            f" {middle['chain'] * 1000:.0f} ms for those, and its one Python thread worked {middle['python'] * 1000:.0f} ms"
            f" for all; by the clock it was {middle['wall'] * 1000:.0f} ms"
        )
    report.save()


if __name__ == "__main__":
    main()
