"""What Airflow is told: the user's configuration options, then what only the endpoint can know.

Airflow reads `AIRFLOW__SECTION__KEY` from its environment. Secrets go this way, too, and into no file.
"""

import base64
import json
import os
from pathlib import Path

# What a person may change with a configuration option; the second value is Airflow's own default where that is not MWAA's.
DEFAULTS = {
    "core.load_examples": "False",
    # A worker of the class mw1.small takes five tasks.
    "core.parallelism": "5",
    # A changed DAG shall be seen within seconds.
    "scheduler.dag_dir_list_interval": "2",
    "scheduler.min_file_process_interval": "30",
    "dag_processor.refresh_interval": "2",
    "dag_processor.bundle_refresh_check_interval": "1",
    "dag_processor.min_file_process_interval": "30",
    # No usage data is sent.
    "usage_data_collection.enabled": "False",
}

WEBSERVER_CONFIG = '''"""A user who comes through the endpoint's own login is the administrator; no one else is let in."""

import hmac
import os

from airflow.www.fab_security.manager import AUTH_REMOTE_USER
from flask import current_app

AUTH_TYPE = AUTH_REMOTE_USER
AUTH_USER_REGISTRATION = True
AUTH_USER_REGISTRATION_ROLE = "Admin"


class Door:
    """Tells the web server who the user is, where the endpoint says so."""

    def __init__(self, inner):
        self.inner = inner

    def __call__(self, environ, start_response):
        environ.pop("REMOTE_USER", None)
        if hmac.compare_digest(environ.get("HTTP_X_STRATA_SECRET", ""), os.environ["STRATA_SECRET"]):
            environ["REMOTE_USER"] = "admin"
        return self.inner(environ, start_response)


current_app.wsgi_app = Door(current_app.wsgi_app)
'''

API_AUTH = '''"""The REST API takes calls from the endpoint, which has checked them, and from a browser that is logged in."""

from functools import wraps

from airflow.utils.airflow_flask_app import get_airflow_app
from flask import Response, request
from flask_login import login_user

CLIENT_AUTH = None


def init_app(_app):
    pass


def requires_authentication(function):
    @wraps(function)
    def decorated(*args, **kwargs):
        if request.environ.get("REMOTE_USER"):
            manager = get_airflow_app().appbuilder.sm
            login_user(manager.auth_user_remote_user("admin"), remember=False)
            return function(*args, **kwargs)
        return Response("Unauthorized", 401)

    return decorated
'''

EXECUTOR = '''"""LocalExecutor, whose workers wait until the scheduler has written down that a task is theirs.

Airflow 3.0 hands a task to a worker before that: a worker that is quicker is refused (409, the task is still "scheduled"), and
the task counts as failed.
"""

import time

from airflow.executors.local_executor import LocalExecutor as Usual
from airflow.sdk.api.client import ServerResponseError, TaskInstanceOperations

SECONDS = 30
begin = TaskInstanceOperations.start


def start(self, *words, **named):
    until = time.monotonic() + SECONDS
    while True:
        try:
            return begin(self, *words, **named)
        except ServerResponseError as why:
            if not is_early(why.response) or time.monotonic() > until:
                raise
        time.sleep(0.05)


def is_early(answer):
    detail = answer.json().get("detail") if answer.status_code == 409 else None
    return isinstance(detail, dict) and detail.get("previous_state") == "scheduled"


TaskInstanceOperations.start = start


class LocalExecutor(Usual):
    pass
'''


def is_three(about):
    return about["version"].startswith("3.")


def write_files(about):
    """The files next to the DAGs, and the profile that takes the environment's role."""
    home = Path(about["home"])
    for folder in ("dags", "plugins", "logs", "config"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    role = about["role_arn"]
    (home / "config/aws").write_text(
        "[default]\n"
        f"role_arn = {role}\nsource_profile = endpoint\nrole_session_name = AmazonMWAA-airflow\n"
        f"region = {about['region']}\n\n"
        "[profile endpoint]\naws_access_key_id = local\naws_secret_access_key = local\n"
        f"region = {about['region']}\n"
    )
    if is_three(about):
        passwords = home / "config/passwords.json"
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({"admin": about["secret"]}))
        (home / "config/strata_executor.py").write_text(EXECUTOR)
    else:
        (home / "webserver_config.py").write_text(WEBSERVER_CONFIG)
        (home / "config/strata_api_auth.py").write_text(API_AUTH)


def environment(about):
    """The environment of every process of this Airflow."""
    home, port, url = about["home"], about["port"], about["url"]
    options = DEFAULTS | about["options"]
    options |= {
        "core.dags_folder": f"{home}/dags",
        "core.plugins_folder": f"{home}/plugins",
        "core.executor": "LocalExecutor",
        "core.fernet_key": base64.urlsafe_b64encode(bytes.fromhex(about["fernet"])).decode(),
        "database.sql_alchemy_conn": f"sqlite:///{home}/airflow.db?timeout=60",
        # SQLite has no row locks: a worker that schedules, too, would count a try twice.
        "scheduler.schedule_after_task_execution": "False",
        "logging.base_log_folder": f"{home}/logs",
        "scheduler.child_process_log_directory": f"{home}/logs/scheduler",
        "logging.dag_processor_child_process_log_directory": f"{home}/logs/dag_processor",
    }
    task = about["logs"].get("Task")
    if task:
        options |= {
            "logging.remote_logging": "True",
            "logging.remote_base_log_folder": f"cloudwatch://{task['arn']}",
            "logging.logging_level": options.get("logging.logging_level", task["level"]),
        }
    if is_three(about):
        options |= {
            "core.executor": "strata_executor.LocalExecutor",
            "core.auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
            "core.simple_auth_manager_users": "admin:admin",
            "core.simple_auth_manager_all_admins": "False",
            "core.simple_auth_manager_passwords_file": f"{home}/config/passwords.json",
            "core.execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
            "api.base_url": url,
            "api.secret_key": about["secret_key"],
            "api_auth.jwt_secret": about["secret_key"],
        }
    else:
        options |= {
            "webserver.base_url": url,
            "webserver.secret_key": about["secret_key"],
            "webserver.config_file": f"{home}/webserver_config.py",
            "webserver.web_server_host": "127.0.0.1",
            "webserver.web_server_port": str(port),
            "webserver.warn_deployment_exposure": "False",
            "webserver.update_fab_perms": "True",
            "api.auth_backends": "strata_api_auth,airflow.api.auth.backend.session",
        }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS_", "PYTHON"))}
    direct = [kept.get("NO_PROXY") or kept.get("no_proxy", ""), "127.0.0.1", "localhost"]
    kept["NO_PROXY"] = kept["no_proxy"] = ",".join(filter(None, direct))
    made = {f"AIRFLOW__{name.replace('.', '__').upper()}": str(value) for name, value in options.items()}
    return kept | made | {
        "AIRFLOW_HOME": home,
        "PATH": os.pathsep.join([str(Path(about["python"]).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join([f"{home}/config", f"{home}/plugins"]),
        "PYTHONUNBUFFERED": "1",
        # setproctitle would overwrite the environment, by which the processes are found.
        "SPT_NOENV": "1",
        # As MWAA has it: credentials come from the environment. Airflow 3 writes no remote log without a connection.
        "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
        "STRATA_SECRET": about["secret"],
        # Airflow says that SQLite is not for production; on a laptop, with a write-ahead log, it serves five tasks.
        "_AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK": "1",
        "AWS_ENDPOINT_URL": about["endpoint"],
        "AWS_CONFIG_FILE": f"{home}/config/aws",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_REGION": about["region"],
        "AWS_DEFAULT_REGION": about["region"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_SDK_LOAD_CONFIG": "1",
    }


def files(about):
    """Logs that are files: Airflow 2 reads DAGs inside the scheduler, where the database is SQLite."""
    if is_three(about):
        return {}
    return {"DAGProcessing": Path(about["home"]) / "logs/dag_processor_manager/dag_processor_manager.log"}


def components(about):
    """The processes: the name of the log, then what `airflow` is told. Only the web server listens on a port: logs are files."""
    port = str(about["port"])
    if is_three(about):
        return {
            "WebServer": ["api-server", "--host", "127.0.0.1", "--port", port, "--workers", "1"],
            "Scheduler": ["scheduler", "--skip-serve-logs"],
            "DAGProcessing": ["dag-processor"],
            "Worker": ["triggerer", "--skip-serve-logs"],
        }
    return {
        "WebServer": ["webserver", "--workers", "1"],
        "Scheduler": ["scheduler", "--skip-serve-logs"],
        "Worker": ["triggerer", "--skip-serve-logs"],
    }
