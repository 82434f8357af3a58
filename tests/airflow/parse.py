"""Load a folder of DAGs as Airflow's scheduler does, and print what it found as JSON. Runs in a venv with Airflow."""

import json
import os
import sys
import tempfile

folder = sys.argv[1]
# The user who runs the tests may have one set.
os.environ.pop("AWS_ENDPOINT_URL", None)
if sys.argv[2:]:
    os.environ["AWS_ENDPOINT_URL"] = sys.argv[2]
home = tempfile.mkdtemp()
# Parsing must need nothing: no database, no variables, no connections, no network.
os.environ.update(
    AIRFLOW_HOME=home,
    AIRFLOW__CORE__DAGS_FOLDER=folder,
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__UNIT_TEST_MODE="False",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/there-is-none.db",
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
)

from airflow.models import DagBag, Variable  # noqa: E402


def no_variables(*args, **kwargs):
    raise AssertionError("a variable was asked for while the DAG was read")


Variable.get = no_variables
bag = DagBag(dag_folder=folder)


def about(task):
    fields = ("job_name", "script_args", "config", "bucket_name", "bucket_key", "op_kwargs", "mode", "region_name", "deferrable")
    known = {field: getattr(task, field) for field in fields if hasattr(task, field)}
    return {
        "type": type(task).__name__,
        "after": sorted(task.upstream_task_ids),
        "retries": task.retries,
        "timeout": task.execution_timeout.total_seconds(),
        **known,
    }


dags = {
    dag.dag_id: {
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "limited": dag.dagrun_timeout is not None,
        "schedule": dag.timetable.summary,
        "start_date": dag.start_date.date().isoformat(),
        "tags": sorted(dag.tags),
        "tasks": {task.task_id: about(task) for task in dag.tasks},
    }
    for dag in bag.dags.values()
}
from airflow import __version__  # noqa: E402

errors = {os.path.basename(str(path)): error for path, error in bag.import_errors.items()}
print(json.dumps({"airflow": __version__, "errors": errors, "dags": dags}, default=str, sort_keys=True))
