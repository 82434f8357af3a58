"""A bucket in a folder, as `storage up` would fill it: what scripts/glue/strata_transform.py needs to run there."""

import json
import pathlib
import subprocess

from bench import BIN, PIPELINE

NAME = "bench"


def fill(root):
    """The SQL files and specs of all transforms below `root`; the specs' URLs in the order in which they can run."""
    wish = json.loads(PIPELINE.read_text())["pipeline"]
    bucket = pathlib.Path(root, NAME)
    urls = []
    for transform in wish["transforms"]:
        sql = "sql/" + transform["sql"].removeprefix("sql/")
        spec = {
            "name": transform["name"],
            "sql": f"s3://{NAME}/{sql}",
            "reads": {name: place(wish["tables"][name]) for name in transform["reads"]},
            "writes": place(wish["tables"][transform["writes"]]),
            "rejects": f"s3://{NAME}/data/rejected/{transform['name']}/",
            "day_gb": 1000,
        }
        key = f"scripts/transforms/{transform['name']}.json"
        for file, text in ((sql, (PIPELINE.parent / transform["sql"]).read_text()), (key, json.dumps(spec))):
            path = bucket / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        urls.append(f"s3://{NAME}/{key}")
    return urls


def place(table):
    kept = {key: table[key] for key in ("format", "file", "partition", "columns", "key") if key in table}
    return {"path": f"s3://{NAME}/{table['path']}", **kept}


def raw(root, date, rows, seed=1):
    """A day's raw file; its size in bytes."""
    path = pathlib.Path(root, NAME, f"data/raw/raw_batch_data_{date}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        words = ["generate", "--date", date, "--rows", str(rows), "--seed", str(seed)]
        subprocess.run([BIN / "datagen", *words], stdout=file, stderr=subprocess.PIPE, check=True)
    return path.stat().st_size
