"""One run with a trace: how long it took, and what of that the endpoint needed."""

import json
import pathlib
import tempfile
import time
import urllib.request
from collections import defaultdict
from dataclasses import dataclass

import traces
from bench import seconds


@dataclass
class Run:
    wall: float
    # Seconds in which the endpoint worked on the longest chain of calls that waited for one another, and how many they are.
    chain: float
    steps: int
    # Seconds that the endpoint's Python worked.
    python: float
    calls: int
    # The calls of the chain, in order: (program, operation, seconds at the endpoint).
    way: list


def weather(endpoint, **settings):
    request = urllib.request.Request(f"{endpoint.url}/_local/weather", json.dumps(settings).encode(), method="POST")
    urllib.request.urlopen(request).close()


def run(endpoint, command):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "trace.json")
        since, before = endpoint.count(), endpoint.python_seconds()
        wall = seconds(command, {**endpoint.env, "STRATA_TRACE": str(file)})
        python = endpoint.python_seconds() - before
        log = endpoint.calls(since)
        events = traces.read(file)
    names = {event["pid"]: event["args"]["name"] for event in events if event.get("name") == "process_name"}
    roots, arrows = traces.spans(events)
    # The endpoint says how long it took for each; of one operation they are answered in the order of the trace.
    took = defaultdict(list)
    for call in log:
        took[call["operation"]].append(call["ms"] / 1000)
    costs, operations = {}, {}
    for call, http in traces.calls(roots):
        operations[http] = call.name.rsplit(".", 1)[-1]
        known = took[operations[http]]
        # What never came to the endpoint took what the program saw of it.
        costs[http] = known.pop(0) if known else (http.end - http.begin) / 1e6
    chain, way = traces.chain(roots, arrows, costs.get)
    steps = [(names[http.pid], operations[http], costs[http]) for http in way]
    return Run(wall, chain, len(way), python, len(log), steps)
