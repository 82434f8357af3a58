"""What `--trace` wrote: spans, and the longest chain of calls that waited for one another.

A call waits for what ended before it within the same work; a kind of thing waits for the kinds that it needs (the trace has
arrows for those); a program waits for the document of the one before it in the pipe.
"""

import json
from collections import defaultdict


class Span:
    def __init__(self, event, parent):
        self.kind, self.name, self.pid = event.get("cat", ""), event["name"], event["pid"]
        self.begin, self.end, self.row, self.args = event["ts"], None, event["args"]["row"], {}
        self.parent, self.children = parent, []

    def all(self, kind):
        """The spans of a kind within this one."""
        if self.kind == kind:
            yield self
        for child in self.children:
            yield from child.all(kind)


def read(path):
    """All events; the file is an array that is never closed."""
    return json.loads(path.read_text().rstrip().rstrip(",") + "]")


def spans(events):
    """The outermost spans of each program, in the order in which the programs ended, and the arrows: (pid, from, to)."""
    open_by_lane, roots, arrows = defaultdict(list), [], set()
    # A span in a lane of its own belongs to the innermost one around it; the trace says which by its id.
    by_id = {}
    for event in events:
        lane = (event["pid"], event["tid"])
        if event["ph"] == "B":
            parent = by_id.get((event["pid"], event["args"].get("parent")))
            span = Span(event, parent)
            by_id[event["pid"], event["args"]["id"]] = span
            (parent.children if parent else roots).append(span)
            open_by_lane[lane].append(span)
        elif event["ph"] == "E":
            span = open_by_lane[lane].pop()
            span.end, span.args = event["ts"], event.get("args", {})
        elif event["ph"] == "f":
            arrows.add((event["pid"], *event["name"].split(" > ")))
    return [root for root in sorted(roots, key=lambda root: root.end or 0) if root.end], arrows


def calls(roots):
    """Each request on the wire with the operation that it is for, in the order of their answers."""
    found = [(call, http) for root in roots for call in root.all("call") for http in call.all("http")]
    return sorted(found, key=lambda pair: pair[1].end)


def chain(roots, arrows, cost):
    """The longest chain through programs that follow each other: (sum of `cost(http)`, the calls)."""
    total, steps = 0, []
    for root in roots:
        took, way = longest(root, arrows, cost)
        total, steps = total + took, steps + way
    return total, steps


def longest(span, arrows, cost):
    if span.kind == "http":
        return cost(span), [span]
    if span.name == "connect early":
        # While the program before was at work.
        return 0, []
    ways = {}
    children = sorted((child for child in span.children if child.end), key=lambda child: child.begin)
    for child in children:
        took, way = longest(child, arrows, cost)
        before = [ways[other] for other in ways if waits(child, other, arrows)]
        best = max(before, key=lambda way: way[0], default=(0, []))
        ways[child] = (best[0] + took, best[1] + way)
    return max(ways.values(), key=lambda way: way[0], default=(0, []))


def waits(later, earlier, arrows):
    if later.kind == earlier.kind and later.kind in ("bring", "remove"):
        return (later.pid, earlier.row, later.row) in arrows
    return earlier.end <= later.begin
