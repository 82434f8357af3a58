"""All that docs/bench has, as one table: printed, and kept as docs/bench/README.md.

    python3 scripts/bench/table.py
"""

import json

from report import FOLDER, found, goal

ORDER = ["terraform", "chain", "latency", "datagen", "transform", "history", "objects", "teardown", "crawl", "memory", "programs", "build"]


def main():
    said = {None: "", True: "yes", False: "**no**"}
    lines = ["# Measurements", "", "Made by `scripts/bench/table.py` from the JSON next to it; `just bench` measures all again."]
    lines += ["Each figure is the median of paired rounds, with the least and the most.", ""]
    lines += ["| what | against | goal | measured | met | command |", "|---|---|---|---|---|---|"]
    notes = []
    for file in sorted(FOLDER.glob("*.json"), key=lambda file: ORDER.index(file.stem)):
        about = json.loads(file.read_text())
        for row in about["rows"]:
            cells = [row["what"], row["against"] or "-", goal(row), found(row), said[row["met"]], f"`{about['command']}`"]
            lines.append("| " + " | ".join(cells) + " |")
        notes += [f"- {about['name']}: {note}" for note in about["notes"]]
        notes.append(f"- {about['name']}: [figures]({file.name}), [picture]({file.stem}.png); {about['machine']['cores']} cores")
    text = "\n".join([*lines, "", *notes]) + "\n"
    print(text)
    (FOLDER / "README.md").write_text(text)


if __name__ == "__main__":
    main()
