"""What a measurement found: lines on the screen, and JSON and a picture in docs/bench.

A comparison is paired: both sides were measured in the same round, one after the other, and the ratio is taken in each
round, so that what else the machine does slows both. Absolute figures on shared machines are noise.
"""

import json
import os
import pathlib
import platform
import statistics

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/bench"


def summary(values, unit=""):
    return {"unit": unit, "median": statistics.median(values), "min": min(values), "max": max(values), "all": list(values)}


def number(value):
    """Three digits that matter."""
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 10 else f"{value:.1f}"


class Report:
    """The figures of `just bench NAME`."""

    def __init__(self, name, title):
        self.name, self.title = name, title
        self.rows, self.curves, self.notes, self.units = [], [], [], []

    def compare(self, what, against, ours, theirs, unit, at_least=None, at_most=None):
        """Both sides, round by round. A unit of time or memory is better when lower: the ratio is theirs / ours, how many
        times better we are. With `unit` per second (ending in "/s") it is ours / theirs. `at_most` is for a floor, where
        the ratio is ours / theirs."""
        faster_is_more = unit.endswith("/s") or at_most is not None
        ratios = [a / b if faster_is_more else b / a for a, b in zip(ours, theirs, strict=True)]
        self._row(what, against, summary(ratios, "x"), at_least, at_most, {"ours": summary(ours, unit), "theirs": summary(theirs, unit)})

    def bound(self, what, values, unit, at_least=None, at_most=None):
        """A figure with a limit of its own."""
        self._row(what, None, summary(values, unit), at_least, at_most, {})

    def curve(self, title, x, y, lines):
        """`lines`: name -> [(x, y), ...], drawn with both axes logarithmic."""
        self.curves.append({"title": title, "x": x, "y": y, "lines": lines})

    def timeline(self, units):
        """`units`: what ran when: [{"name": ..., "start": seconds, "seconds": ...}, ...]."""
        self.units = units

    def note(self, text):
        """A sentence that a reader of the figures has to know."""
        self.notes.append(text)
        print(f"{self.name}: {text}", flush=True)

    def _row(self, what, against, found, at_least, at_most, sides):
        middle = found["median"]
        met = (at_least is None or middle >= at_least) and (at_most is None or middle <= at_most)
        goal = {} if at_least is None and at_most is None else {"at_least": at_least} if at_most is None else {"at_most": at_most}
        self.rows.append({"what": what, "against": against, "goal": goal, "met": met if goal else None, "found": found, **sides})
        print(f"{self.name}: {line(self.rows[-1])}", flush=True)

    def save(self):
        """Keep the figures and draw them. Without matplotlib there is no picture, and a line says so."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        machine = {"cores": os.cpu_count(), "architecture": platform.machine()}
        about = {"name": self.name, "title": self.title, "command": f"just bench {self.name}", "machine": machine}
        found = {**about, "rows": self.rows, "curves": self.curves, "notes": self.notes, "timeline": self.units}
        (FOLDER / f"{self.name}.json").write_text(json.dumps(found, indent=1) + "\n")
        try:
            from picture import draw
        except ImportError as error:
            print(f"{self.name}: no picture: {error}")
            return
        draw(found, FOLDER / f"{self.name}.png")


def goal(row):
    for word, sign in (("at_least", "\u2265"), ("at_most", "\u2264")):
        if word in row["goal"]:
            unit = row["found"]["unit"]
            return f"{sign} {number(row['goal'][word])}{'' if unit == 'x' else ' '}{unit}"
    return "-"


def found(row):
    value = row["found"]
    unit = value["unit"] if value["unit"] == "x" else " " + value["unit"]
    return f"{number(value['median'])}{unit} ({number(value['min'])} to {number(value['max'])})"


def line(row):
    """One row as a sentence."""
    against = f" against {row['against']}" if row["against"] else ""
    sides = ""
    if "ours" in row:
        sides = f", {number(row['ours']['median'])} and {number(row['theirs']['median'])} {row['ours']['unit']}"
    verdict = {None: "", True: ", goal met", False: ", GOAL MISSED"}[row["met"]]
    return f"{row['what']}{against}: {found(row)}, goal {goal(row)}{sides}{verdict}"
