"""One DAG for each pipeline: every `*.strata.json` next to this file becomes one.

The JSON is written by `storage` from the pipeline's wish, so that the names of jobs, crawlers and bucket are those that
were created. This module only orchestrates: it starts Glue jobs and crawlers, and looks for files. Importing it reads
those JSON files and nothing else; it asks neither AWS nor Airflow's database. It runs on Airflow 2.9 and later, and 3.

A run has a day: the day that it is scheduled on, or the parameter `date` (YYYY-MM-DD) of a run started by hand. For a
day before the DAG's start date only the parameter works: Airflow makes no tasks for an older logical date.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.timetables.trigger import CronTriggerTimetable

try:  # Airflow 3
    from airflow.sdk import DAG, Param
except ImportError:  # Airflow 2
    from airflow.models.dag import DAG
    from airflow.models.param import Param
try:
    from airflow.providers.standard.operators.python import PythonOperator
except ImportError:
    from airflow.operators.python import PythonOperator

# The day of the run. A run started by hand in Airflow 3 may have no logical date.
DATE = "{{ params.date or ds }}"
# The form of the run's slice in keys and prefixes.
SLICES = {
    "{date}": DATE,
    "{month}": "{{ (params.date or ds)[:7] }}",
    "{yyyymmdd}": "{{ (params.date or ds) | replace('-', '') }}",
    "{yyyymm}": "{{ (params.date or ds)[:7] | replace('-', '') }}",
}

# A run of one day must not hold up the next day's for ever: they run one at a time.
RUN_LIMIT = timedelta(hours=23)

# A deferred task holds no worker while AWS works. Triggers talk to AWS through this package, which MWAA's images have. A
# local endpoint crawls in no time: a trigger that fires before the scheduler has heard of the worker's end makes Airflow
# take the task for lost ("state attribute is queued"), and try it again.
IS_LOCAL = "AWS_ENDPOINT_URL" in os.environ
CAN_DEFER = importlib.util.find_spec("aiobotocore") is not None and not IS_LOCAL
# Before the amazon provider had this parameter, a deferred job task read the job's logs, wanted or not, for which the
# role has no right.
CAN_DEFER_JOBS = CAN_DEFER and "waiter_max_attempts" in inspect.signature(GlueJobOperator.__init__).parameters
# Seconds between two looks at a job.
JOB_LOOK = 15
# The operators' own five or six seconds between two looks are most of a run where crawls and jobs take one.
CRAWL_LOOKS = {"poll_interval": 1} if IS_LOCAL else {}
JOB_LOOKS = {"job_poll_interval": 1} if IS_LOCAL else {}


def deadline(scheduled: datetime, ready_by: str) -> datetime:
    """The first time of day `ready_by` (HH:MM, UTC) after `scheduled`."""
    hour, minute = (int(part) for part in ready_by.split(":"))
    due = scheduled.astimezone(timezone.utc).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return due if due > scheduled else due + timedelta(days=1)


def check_day(bucket: str, prefixes: list[str], region: str, ready_by: str, dag_run=None, **_) -> None:
    """Fail when a table lacks the day, or when a scheduled run is later than promised."""
    hook = S3Hook(aws_conn_id=None, region_name=region)
    missing = [prefix for prefix in prefixes if not hook.list_keys(bucket, prefix=prefix, max_items=1)]
    if missing:
        raise AirflowException(f"checking the day: nothing is in s3://{bucket}/ under {', '.join(missing)}")
    run_type = getattr(dag_run, "run_type", "manual")
    if getattr(run_type, "value", run_type) == "scheduled" and dag_run.logical_date:
        due = deadline(dag_run.logical_date, ready_by)
        late = datetime.now(timezone.utc) - due
        if late > timedelta(0):
            # Trying again would not make it earlier.
            raise AirflowFailException(f"checking the day: the data is complete, {late} later than promised ({due})")


def of_run(key: str) -> str:
    """A key or a prefix with templates for the slice of the run."""
    for placeholder, template in SLICES.items():
        key = key.replace(placeholder, template)
    return key


def operator(task: dict, pipeline: dict):
    """The operator of one task."""
    kind, limit = task["kind"], timedelta(seconds=task["timeout"])
    common = {"task_id": task["id"], "execution_timeout": limit}
    if kind == "file":
        return S3KeySensor(
            bucket_name=pipeline["bucket"],
            bucket_key=of_run(task["key"]),
            **({"wildcard_match": True} if task.get("wildcard") else {}),
            aws_conn_id=None,
            # Holds no worker between two looks either, and does without a trigger.
            mode="reschedule",
            poke_interval=60,
            timeout=limit.total_seconds(),
            **common,
        )
    if kind == "crawl":
        return GlueCrawlerOperator(
            config={"Name": task["name"]},
            aws_conn_id=None,
            region_name=pipeline["region"],
            deferrable=CAN_DEFER,
            **CRAWL_LOOKS,
            **common,
        )
    if kind == "job":
        looks = {"waiter_delay": JOB_LOOK, "waiter_max_attempts": int(limit.total_seconds()) // JOB_LOOK}
        return GlueJobOperator(
            job_name=task["name"],
            script_args={"--date": DATE},
            aws_conn_id=None,
            region_name=pipeline["region"],
            stop_job_run_on_kill=True,
            deferrable=CAN_DEFER_JOBS,
            **(looks if CAN_DEFER_JOBS else JOB_LOOKS),
            **common,
        )
    if kind == "ready":
        return PythonOperator(
            python_callable=check_day,
            op_kwargs={
                "bucket": pipeline["bucket"],
                "prefixes": [of_run(prefix) for prefix in task["prefixes"]],
                "region": pipeline["region"],
                "ready_by": pipeline["ready_by"],
            },
            **common,
        )
    raise ValueError(f"task {task['id']}: unknown kind {kind}")


def build(pipeline: dict) -> DAG:
    """The DAG of one pipeline."""
    retries = pipeline["retries"]
    dag = DAG(
        dag_id=pipeline["dag_id"],
        description=pipeline["description"],
        # A run at seven is about its own day, in Airflow 2 and 3 alike.
        schedule=CronTriggerTimetable(pipeline["schedule"], timezone="UTC"),
        start_date=datetime.fromisoformat(pipeline["start_date"]).replace(tzinfo=timezone.utc),
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=RUN_LIMIT,
        tags=pipeline["tags"],
        params={"date": Param("", type="string", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="the day; empty: the run's own")},
        default_args={
            "owner": "strata",
            "retries": retries["count"],
            "retry_delay": timedelta(seconds=retries["delay"]),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(seconds=retries["longest"]),
        },
    )
    with dag:
        operators = {task["id"]: operator(task, pipeline) for task in pipeline["tasks"]}
        for task in pipeline["tasks"]:
            operators[task["id"]].set_upstream([operators[before] for before in task["after"]])
    return dag


for path in sorted(Path(__file__).parent.glob("*.strata.json")):
    loaded = build(json.loads(path.read_text(encoding="utf-8")))
    globals()[loaded.dag_id] = loaded
