"""What the test of a real Airflow does with it, through MWAA's own ways. Prints JSON."""

import hashlib
import io
import json
import os
import sys
import zipfile

import boto3
from doors import doors, option  # noqa: F401
from talk import DAG, eventually, is_known, mwaa, rest, results, s3, version


def begin(environment, run, day):
    """Starts a run of the pipeline's DAG."""
    eventually("the DAG is known", 60, lambda: is_known(environment, DAG))
    rest(environment, "PATCH", f"/dags/{DAG}", {"is_paused": False}, update_mask="is_paused")
    trigger(environment, DAG, run, conf={"date": day})
    return run


def trigger(environment, dag, run, **body):
    body["dag_run_id"] = run
    if version(environment).startswith("3."):
        body["logical_date"] = None
    rest(environment, "POST", f"/dags/{dag}/dagRuns", body)


def tasks(environment, dag, run):
    # AWS takes paths of 64 characters, for which the id of a scheduled run is too long.
    asked = {"dag_ids": [dag], "dag_run_ids": [run]}
    return rest(environment, "POST", "/dags/~/dagRuns/~/taskInstances/list", asked)["task_instances"]


def state(environment, dag, run):
    runs = rest(environment, "POST", "/dags/~/dagRuns/list", {"dag_ids": [dag]})["dag_runs"]
    return next(found["state"] for found in runs if found["dag_run_id"] == run)


def end(environment, run, dag=DAG):
    """Waits for the end of a run: its state; per task the state and the number of tries."""

    eventually(f"run {run} ends", 300, lambda: state(environment, dag, run) in ("success", "failed"))
    found = eventually("its tasks", 30, lambda: tasks(environment, dag, run))
    by_id = {task["task_id"]: [task["state"], task["try_number"]] for task in found}
    why = {task: said_of(environment, task) for task, (_, tries) in by_id.items() if tries > 1}
    return {"state": eventually("its state", 30, lambda: state(environment, dag, run)), "tasks": by_id, "why": why}


def said_of(environment, task):
    """What the task printed in its first try, and what the scheduler said of it: for the report of a test."""
    client, said = boto3.client("logs"), []
    for kind in ("Task", "Scheduler"):
        group = f"airflow-{environment}-{kind}"
        for stream in client.describe_log_streams(logGroupName=group)["logStreams"]:
            name = stream["logStreamName"]
            if kind == "Scheduler" or (task in name and name.endswith("1.log")):
                events = client.get_log_events(logGroupName=group, logStreamName=name)["events"]
                said += [event["message"][-1000:] for event in events if kind == "Task" or task in event["message"]][-40:]
    return said


def run(environment, day):
    """One run of the pipeline's DAG."""
    return end(environment, begin(environment, "one", day))


def during(environment, run):
    """Waits until a job runs, in Airflow's eyes and in Glue's: the id of the task."""
    glue = boto3.client("glue")
    jobs = glue.list_jobs()["JobNames"]

    def look():
        runs = [run for job in jobs for run in glue.get_job_runs(JobName=job)["JobRuns"]]
        running = [run["JobName"] for run in runs if run["JobRunState"] == "RUNNING"]
        found = [task["task_id"] for task in tasks(environment, DAG, run) if task["state"] == "running"]
        return [task for task in found if task in running]

    return eventually("a job runs", 120, look)[0]


def ours(environment):
    """Waits for a run that `airflow trigger` starts: its id."""
    asked = {"dag_ids": [DAG]}

    def look():
        runs = rest(environment, "POST", "/dags/~/dagRuns/list", asked)["dag_runs"]
        return [run["dag_run_id"] for run in runs if run["dag_run_id"].startswith("strata-")]

    return eventually("a run", 60, look)[0]


def job_failures():
    """What Glue says of the job runs that failed."""
    glue = boto3.client("glue")
    runs = [run for job in glue.list_jobs()["JobNames"] for run in glue.get_job_runs(JobName=job)["JobRuns"]]
    return {run["JobName"]: run["ErrorMessage"] for run in runs if run["JobRunState"] == "FAILED"}


def console(environment):
    """A user's own DAG, and the Variables that it reads, as the user brings them; then it is switched on and runs."""
    bucket, _ = results()
    with open(os.path.join(os.path.dirname(__file__), "console_pipeline.py"), "rb") as dag:
        s3.put_object(Bucket=bucket, Key="dags/console_pipeline.py", Body=dag)
    for key, value in (("S3_BUCKET_NAME", bucket), ("S3_FILE_PATH", "data/raw/raw_batch_data")):
        rest(environment, "POST", "/variables", {"key": key, "value": value})
    # Where Airflow looked at the file before the Variables were there, it looks again after half a minute.
    eventually("the user's DAG", 90, lambda: is_known(environment, "console_pipeline"))
    # Airflow catches up on the last run of the schedule: no client has to start one.
    rest(environment, "PATCH", "/dags/console_pipeline", {"is_paused": False}, update_mask="is_paused")
    runs = eventually("its run", 60, lambda: rest(environment, "GET", "/dags/console_pipeline/dagRuns")["dag_runs"])
    ended = end(environment, runs[0]["dag_run_id"], "console_pipeline")
    return ended | {"rows": {table: rows(table) for table in TABLES}}


TABLES = ["raw", "dim_address", "dim_date", "dim_finance", "dim_person", "fact_network_usage"]


def rows(table):
    """How many rows of the user's day Athena sees."""
    athena = boto3.client("athena")
    # All other rows are of a day of 2024.
    where = "CAST(accessed_at AS varchar) > '2025'" if table == "raw" else "batch_date > '2025'"
    asked = athena.start_query_execution(
        QueryString=f"SELECT count(*) FROM {table} WHERE {where}",
        QueryExecutionContext={"Database": "driven_data_db"},
        WorkGroup=next(g["Name"] for g in athena.list_work_groups()["WorkGroups"] if g["Name"] != "primary"),
    )["QueryExecutionId"]

    def look():
        status = athena.get_query_execution(QueryExecutionId=asked)["QueryExecution"]["Status"]
        assert status["State"] not in ("FAILED", "CANCELLED"), status
        return status["State"] == "SUCCEEDED"

    eventually("an answer", 30, look)
    return int(athena.get_query_results(QueryExecutionId=asked)["ResultSet"]["Rows"][1]["Data"][0]["VarCharValue"])


def versions():
    """Each object below data/ as S3 tells one state from another, results and input."""
    bucket, _ = results()
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix="data/")
    found = [version for page in pages for version in page.get("Versions", []) if version["IsLatest"]]
    return {one["Key"]: [one["VersionId"], one["ETag"], str(one["LastModified"])] for one in found}


def tables():
    """The hash of what each table's files hold, in the order of its values."""
    import polars

    bucket, keys = results()
    hashes = {}
    for key in keys:
        frame = polars.read_parquet(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
        assert frame.height > 0, key
        text = frame.select(polars.all().cast(polars.String)).sort(polars.all()).write_csv()
        hashes[key] = hashlib.sha256((str(frame.schema) + text).encode()).hexdigest()
    return hashes


def forget():
    bucket, keys = results()
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)
    return len(keys)


def logs(environment):
    """The number of log streams per kind of log."""
    client = boto3.client("logs")

    def count():
        found = {}
        for group in client.describe_log_groups(logGroupNamePrefix=f"airflow-{environment}-")["logGroups"]:
            name = group["logGroupName"]
            pages = client.get_paginator("describe_log_streams").paginate(logGroupName=name)
            found[name.rsplit("-", 1)[1]] = sum(len(page["logStreams"]) for page in pages)
        return found

    eventually("all five logs", 20, lambda: all(count().get(name) for name in ("Task", "Scheduler", "WebServer", "DAGProcessing", "Worker")))
    return count()


IDENTITY = '''
import boto3
from airflow.models.dag import DAG
try:
    from airflow.providers.standard.operators.python import PythonOperator
except ImportError:
    from airflow.operators.python import PythonOperator

with DAG("identity", schedule=None, is_paused_upon_creation=False):
    PythonOperator(task_id="who", python_callable=lambda: boto3.client("sts").get_caller_identity()["Arn"])
'''


def identity(environment):
    """Who a task is for AWS."""
    bucket, _ = results()
    s3.put_object(Bucket=bucket, Key="dags/identity.py", Body=IDENTITY.encode())
    eventually("the new DAG", 40, lambda: is_known(environment, "identity"))
    trigger(environment, "identity", "i")
    eventually("its run", 90, lambda: rest(environment, "GET", "/dags/identity/dagRuns/i")["state"] == "success")
    said = rest(environment, "GET", "/dags/identity/dagRuns/i/taskInstances/who/xcomEntries")
    assert said["total_entries"] == 1, said
    client, group = boto3.client("logs"), f"airflow-{environment}-Task"
    return eventually("the log of the task", 20, lambda: in_log(client, group))


def in_log(client, group):
    for stream in client.describe_log_streams(logGroupName=group, logStreamNamePrefix="dag_id=identity")["logStreams"]:
        events = client.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
        for event in events:
            if "arn:aws:sts" in event["message"]:
                return event["message"]
    return None


def sync(environment):
    """A DAG comes, changes, breaks and goes with the bucket, each within seconds."""
    bucket, _ = results()
    key = "dags/folder/mine.py"
    text = "from airflow.models.dag import DAG\ndag = DAG('mine', schedule=None, description='{}')\n"

    def put(body):
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode())

    def errors():
        return [error["stack_trace"] for error in rest(environment, "GET", "/importErrors")["import_errors"]]

    put(text.format("one"))
    eventually("a new DAG", 30, lambda: (is_known(environment, "mine") or {}).get("description") == "one")
    put(text.format("two"))
    eventually("a changed DAG", 30, lambda: is_known(environment, "mine").get("description") == "two")
    # Airflow looks only at files with its own name and the word DAG in them.
    put("from airflow.models.dag import DAG\nimport no_such_module_anywhere\n")
    eventually("a broken DAG", 30, lambda: any("no_such_module_anywhere" in error for error in errors()))
    s3.delete_object(Bucket=bucket, Key=key)
    eventually("no broken DAG", 60, lambda: not errors())
    gone = lambda: "mine" not in [dag["dag_id"] for dag in rest(environment, "GET", "/dags")["dags"]]  # noqa: E731
    eventually("a DAG that is gone", 60, gone)
    return "ok"


def imports(environment, module):
    """A DAG that needs a package of requirements.txt."""
    bucket, _ = results()
    text = f"import {module}\nfrom airflow.models.dag import DAG\ndag = DAG('imports', schedule=None)\n"
    s3.put_object(Bucket=bucket, Key="dags/imports.py", Body=text.encode())
    eventually("a DAG with the package", 40, lambda: is_known(environment, "imports"))
    return "ok"


PLUGIN = """from airflow.plugins_manager import AirflowPlugin

COLOUR = "blue"


class HouseRules(AirflowPlugin):
    name = "house_rules"
"""
STARTUP = "export HOUSE_COLOUR=blue\n"
PAINTED = """import os
from airflow.models.dag import DAG
from house_rules import COLOUR
assert os.environ["HOUSE_COLOUR"] == COLOUR
dag = DAG("painted", schedule=None)
"""


def plugins(environment):
    """plugins.zip and a startup script: they need UpdateEnvironment, and then every DAG has them."""
    bucket, _ = results()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("house_rules.py", PLUGIN)
    put = {"plugins.zip": packed.getvalue(), "startup.sh": STARTUP.encode(), "dags/painted.py": PAINTED.encode()}
    version = {key: s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"] for key, body in put.items()}

    def errors():
        found = rest(environment, "GET", "/importErrors")["import_errors"]
        return [error for error in found if error["filename"].endswith("painted.py")]

    eventually("a DAG that lacks the plugin", 60, errors)
    mwaa.update_environment(
        Name=environment,
        PluginsS3Path="plugins.zip",
        PluginsS3ObjectVersion=version["plugins.zip"],
        StartupScriptS3Path="startup.sh",
        StartupScriptS3ObjectVersion=version["startup.sh"],
    )
    about = lambda: mwaa.get_environment(Name=environment)["Environment"]
    eventually("the update", 180, lambda: about()["Status"] != "UPDATING")
    last = about()["LastUpdate"]
    assert last["Status"] == "SUCCESS", last
    eventually("a DAG with the plugin and the variable", 60, lambda: is_known(environment, "painted") and not errors())
    found = [plugin["name"] for plugin in rest(environment, "GET", "/plugins")["plugins"]]
    assert "house_rules" in found, found
    return "ok"


def remember(environment, value):
    return rest(environment, "POST", "/variables", {"key": "kept", "value": value})["key"]


def recall(environment):
    return eventually("the variable", 120, lambda: rest(environment, "GET", "/variables/kept")["value"])


print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
