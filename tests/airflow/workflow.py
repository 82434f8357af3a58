"""Hold a workflow definition against its DAG. Runs in a venv with Airflow, DAG Factory and the package of AWS's
converter.

    workflow.py FOLDER DEFINITION

The folder is as MWAA gets it: the DAG module and the pipeline's tasks. DAG Factory makes a DAG of the definition; both are
printed task by task, as JSON, with the templates rendered for a day. So are the words that AWS's validator does not know.
"""

import importlib.util
import json
import os
import pathlib
import sys
import tempfile
from datetime import datetime, timezone

folder, definition = sys.argv[1:]
os.environ.pop("AWS_ENDPOINT_URL", None)
home = tempfile.mkdtemp()
os.environ.update(
    AIRFLOW_HOME=home,
    AIRFLOW__CORE__DAGS_FOLDER=folder,
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/there-is-none.db",
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
)

import yaml  # noqa: E402
from airflow.models import DagBag  # noqa: E402
from airflow.sdk import DAG  # noqa: E402
from dagfactory import load_yaml_dags  # noqa: E402

DAY = "2024-09-15"
# What the sensor of the service has of its own, and what a task without a connection has: the role's credentials.
CREDENTIALS = (None, "aws_default")
# How a task waits is no part of what it does; the longest task is the service's own limit.
LEFT_OUT = {"task_id", "dag", "task_group", "params", "default_args", "execution_timeout", "deferrable", "waiter_delay", "waiter_max_attempts"}


def rendered(task, value):
    """A value with its templates filled in, as for a run of the day; whole numbers without a point."""
    words = {"params": {"date": DAY}, "ds": "1999-12-31"}
    value = task.render_template(value, words)
    return {key: int(one) if isinstance(one, float) and one.is_integer() else one for key, one in value.items()}


def arguments(task):
    """What a task is given besides what every task has."""
    given = {key: value for key, value in vars(task)["_BaseOperator__init_kwargs"].items() if key not in LEFT_OUT}
    # A default of the whole DAG is an argument, too, where the operator hands it on.
    given = {key: value for key, value in given.items() if key not in task.dag.default_args}
    if given.get("aws_conn_id", None) in CREDENTIALS:
        given.pop("aws_conn_id", None)
    return rendered(task, given)


def about(dag):
    tasks = {
        task.task_id: {
            "operator": f"{type(task).__module__}.{type(task).__name__}",
            "after": sorted(task.upstream_task_ids),
            "retries": task.retries,
            "retry_delay": task.retry_delay.total_seconds(),
            "arguments": arguments(task),
        }
        for task in dag.tasks
    }
    schedule, params = dag.timetable.summary, {key: dag.params[key] for key in dag.params}
    return {"schedule": schedule, "params": params, "max_active_runs": dag.max_active_runs, "tasks": tasks}


def unknown(document):
    """What AWS's validator does not know: fields of the DAG, of its defaults and of tasks, and operators."""
    import dag_converter

    # Its own module imports more of Airflow than this one needs.
    place = pathlib.Path(list(dag_converter.__path__)[0])
    spec = importlib.util.spec_from_file_location("schema_parser", place / "schema_parser.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    validator = module.ArgumentValidator(place / "validator_schema.yaml")
    fields, defaults = set(validator.get_allowed_dag_args()), set(validator.get_allowed_default_args())
    of_tasks, operators = set(validator.get_allowed_task_fields()), set(validator.get_allowed_operators())
    assert operators and defaults and of_tasks and fields
    found = []
    for dag_id, dag in document.items():
        found += [f"{dag_id}.{field}" for field in dag if field not in fields]
        found += [f"{dag_id}.default_args.{field}" for field in dag["default_args"] if field not in defaults]
        for name, task in dag["tasks"].items():
            found += [f"{name}.{field}" for field in task if field not in of_tasks]
            found += [f"{name}: {task['operator']}"] * (task["operator"] not in operators)
    return found


text = pathlib.Path(definition).read_text(encoding="utf-8")
document = yaml.safe_load(text)
bag = DagBag(dag_folder=folder, include_examples=False)
assert not bag.import_errors, bag.import_errors
made = {}
# Airflow wants a start date, which the service sets itself.
load_yaml_dags(globals_dict=made, config_dict=document, defaults_config_dict={"start_date": datetime(2024, 9, 28, tzinfo=timezone.utc)})
made = {name: dag for name, dag in made.items() if isinstance(dag, DAG)}
print(json.dumps({
    "dags": {name: about(dag) for name, dag in bag.dags.items()},
    "workflows": {name: about(dag) for name, dag in made.items()},
    "unknown": unknown(document),
}, default=str, sort_keys=True))  # fmt: skip
