"""Check the last task of a DAG, which says whether a day is complete and in time. Runs in a venv with Airflow."""

import sys
import types
from datetime import datetime, timedelta, timezone

sys.path.insert(0, sys.argv[1])
import strata_pipeline as module  # noqa: E402
from airflow.exceptions import AirflowException, AirflowFailException  # noqa: E402

KEYS = ["data/staging/dim_date/batch_date=2024-09-15/part-0.parquet"]


class Hook:
    def __init__(self, **_):
        pass

    def list_keys(self, bucket, prefix, max_items):
        return [key for key in KEYS if key.startswith(prefix)][:max_items]


module.S3Hook = Hook


def outcome(prefixes, run_type, scheduled):
    run = types.SimpleNamespace(run_type=run_type, logical_date=scheduled)
    try:
        module.check_day("bucket", prefixes, "eu-central-1", "08:00", dag_run=run)
        return "ready"
    except AirflowFailException:
        return "late"
    except AirflowException:
        return "missing"


there, absent = "data/staging/dim_date/batch_date=2024-09-15/", "data/staging/dim_person/batch_date=2024-09-15/"
long_ago = datetime(2024, 9, 15, 7, tzinfo=timezone.utc)
now = datetime.now(timezone.utc)

assert outcome([there, absent], "scheduled", now) == "missing"
assert outcome([there], "scheduled", now) == "ready"
assert outcome([there], "scheduled", long_ago) == "late"
# A day that is brought later by hand is not late.
assert outcome([there], "manual", long_ago) == "ready"
assert module.deadline(long_ago, "08:00") == long_ago + timedelta(hours=1)
assert module.deadline(long_ago, "06:30") == long_ago + timedelta(hours=23, minutes=30)
print("ok")
