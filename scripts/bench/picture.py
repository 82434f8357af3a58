"""The picture of a measurement: a bar with its spread for each row, a line for each curve."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

GOOD, MISSED, PLAIN = "#2a7f62", "#c0392b", "#44617b"


def draw(found, path):
    """`found` as Report.save writes it."""
    rows, curves, units = found["rows"], found["curves"], [unit for unit in found["timeline"] if unit["seconds"] >= 2]
    tall = [max(1.2, 0.5 * len(rows) + 0.9)] * bool(rows) + [3.2] * len(curves) + [0.11 * len(units) + 0.6] * bool(units)
    figure, axes = plt.subplots(len(tall), 1, figsize=(9, sum(tall)), height_ratios=tall, squeeze=False, layout="constrained")
    axes = list(axes[:, 0])
    figure.suptitle(f"{found['title']}\n{found['command']}", fontsize=10)
    if rows:
        bars(axes.pop(0), rows)
    for curve in curves:
        lines(axes.pop(0), curve)
    if units:
        timeline(axes.pop(0), units)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def bars(axis, rows):
    from report import found, goal

    for place, row in enumerate(reversed(rows)):
        value = row["found"]
        colour = {None: PLAIN, True: GOOD, False: MISSED}[row["met"]]
        spread = [[value["median"] - value["min"]], [value["max"] - value["median"]]]
        axis.barh(place, value["median"], xerr=spread, color=colour, ecolor="#222222", height=0.6)
        axis.text(value["max"] * 1.08, place, f"{found(row)}, goal {goal(row)}", va="center", fontsize=7)
        for limit in row["goal"].values():
            axis.plot([limit, limit], [place - 0.4, place + 0.4], color="#222222", linestyle=":", linewidth=1.2)
    names = [row["what"] + (f"\nagainst {row['against']}" if row["against"] else "") for row in reversed(rows)]
    axis.set_yticks(range(len(rows)), names, fontsize=7)
    values = [row["found"]["max"] for row in rows] + [row["found"]["min"] for row in rows]
    values += [limit for row in rows for limit in row["goal"].values()]
    low, high = min(value for value in values if value > 0), max(values)
    axis.set_xscale("log")
    axis.set_xlim(low / 2, high * 12)
    axis.tick_params(axis="x", labelsize=7)
    axis.set_xlabel("median, with the least and the most; dotted: the goal", fontsize=7)


def lines(axis, curve):
    for name, points in curve["lines"].items():
        axis.plot([point[0] for point in points], [point[1] for point in points], marker="o", label=name)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_title(curve["title"], fontsize=9)
    axis.set_xlabel(curve["x"], fontsize=8)
    axis.set_ylabel(curve["y"], fontsize=8)
    axis.grid(True, which="major", alpha=0.3)
    axis.legend(fontsize=7)


def timeline(axis, units):
    for place, unit in enumerate(sorted(units, key=lambda unit: -unit["start"])):
        axis.barh(place, unit["seconds"], left=unit["start"], height=0.8, color=PLAIN)
        axis.text(unit["start"] + unit["seconds"], place, f" {unit['name']} {unit['seconds']:.0f} s", va="center", fontsize=4)
    axis.set_yticks([])
    axis.set_ylim(-1, len(units))
    axis.set_xlabel("seconds", fontsize=7)
    axis.tick_params(axis="x", labelsize=7)
