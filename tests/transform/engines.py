"""Runs transforms in a folder with the script that runs them in AWS: all in one process, so that Spark starts once.

    engines.py polars|spark ROOT SPEC[@DATE]...

Prints one JSON line for each spec: {"spec": ..., "error": null or the sentence}.
"""

import json
import os
import sys

SCRIPTS = os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "glue")
sys.path.insert(0, SCRIPTS)
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
# Spark's Python workers import the script, too.
os.environ["PYTHONPATH"] = os.pathsep.join([os.path.abspath(SCRIPTS), os.environ.get("PYTHONPATH", "")])
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable

import strata_transform  # noqa: E402


def main(name, root, specs):
    if name == "spark":
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        builder.config("spark.sql.shuffle.partitions", "2").config("spark.sql.warehouse.dir", root + "/.warehouse")
        builder.getOrCreate().sparkContext.setLogLevel("ERROR")
    store = strata_transform.Folder(root)
    engine = {"polars": strata_transform.Polars, "spark": strata_transform.Spark}[name](store)
    answers = []
    for spec in specs:
        url, _, date = spec.partition("@")
        try:
            strata_transform.run(store, engine, url, date or None)
            answers.append({"spec": spec, "error": None})
        except strata_transform.Failed as failed:
            answers.append({"spec": spec, "error": str(failed)})
    for answer in answers:
        print("ANSWER " + json.dumps(answer))


main(sys.argv[1], sys.argv[2], sys.argv[3:])
