"""Runs transforms in folders with the script that runs them on Spark: all in one process, so that Spark starts once.

    engines.py ROOT SPEC[@DATE]... [root=ROOT SPEC[@DATE]...]

Prints one JSON line for each spec: {"spec": ..., "error": null or the sentence}; and on stderr the seconds that it has computed.
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


def cpu():
    """Seconds that this process and all that it started have computed, the JVM and Python's workers among them."""
    used, parents = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else []):
        try:
            with open("/proc/%s/stat" % entry) as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry)], used[int(entry)] = int(fields[1]), sum(map(int, fields[11:15]))
    family, size = {os.getpid()}, 0
    while size != len(family):
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(used.get(process, 0) for process in family) / os.sysconf("SC_CLK_TCK")


def main(root, specs):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[%s]" % os.environ.get("STRATA_CORES", "2")).config("spark.ui.enabled", "false")
    builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    builder.config("spark.sql.shuffle.partitions", "2").config("spark.sql.warehouse.dir", root + "/.warehouse")
    # Neither zone may show in a result.
    builder.config("spark.sql.session.timeZone", "America/New_York")
    # Raw files are read in several blocks, small as they are.
    strata_transform.Spark.BLOCK = int(os.environ.get("STRATA_BLOCK", "300000"))
    builder.getOrCreate().sparkContext.setLogLevel("ERROR")
    store = strata_transform.Folder(root)
    engine = strata_transform.Spark(store)
    answers = []
    for spec in specs:
        if spec.startswith("root="):
            store = strata_transform.Folder(spec[len("root=") :])
            engine.store = store
            continue
        url, _, date = spec.partition("@")
        try:
            strata_transform.run(store, engine, url, date or None)
            answers.append({"spec": spec, "error": None})
        except strata_transform.Failed as failed:
            answers.append({"spec": spec, "error": str(failed)})
    for answer in answers:
        print("ANSWER " + json.dumps(answer))
    print("CPU %.2f" % cpu(), file=sys.stderr)


main(sys.argv[1], sys.argv[2:])
