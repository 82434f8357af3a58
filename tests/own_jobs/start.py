"""A job of a person's own on the local endpoint: made, started, waited for, and read."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "local"))

from common import glue, iam, logs, put, role, unique, until  # noqa: E402

SHELL = {"Name": "pythonshell", "PythonVersion": "3.9"}
SPARK = {"Name": "glueetl", "PythonVersion": "3"}


def make(where, script, command=SHELL, owner=None, **more):
    """A job whose script is this text; its name."""
    name = unique("job")
    put(where, f"jobs/{name}.py", script)
    size = {"MaxCapacity": 0.0625} if command is SHELL else {"GlueVersion": "5.0", "WorkerType": "G.1X", "NumberOfWorkers": 2}
    arn = iam.get_role(RoleName=owner or role())["Role"]["Arn"]
    location = f"s3://{where}/jobs/{name}.py"
    glue.create_job(Name=name, Role=arn, Command={**command, "ScriptLocation": location}, **size, **more)
    return name


def start(name, **arguments):
    given = {f"--{key.replace('__', '-')}": value for key, value in arguments.items()}
    return glue.start_job_run(JobName=name, Arguments=given)["JobRunId"]


def look(name, run):
    return glue.get_job_run(JobName=name, RunId=run)["JobRun"]


def ended(name, run, seconds=120):
    def over():
        found = look(name, run)
        return found if found["JobRunState"] not in ("STARTING", "RUNNING", "STOPPING", "WAITING") else None

    return until(f"the run of {name}", over, seconds)


def lines(found, part):
    """What the run has written so far: `output` or `error`."""
    try:
        events = logs.get_log_events(logGroupName=f"{found['LogGroupName']}/{part}", logStreamName=found["Id"], startFromHead=True)
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in events["events"]]


def done(name, **arguments):
    """A run that has to succeed: its lines."""
    found = ended(name, start(name, **arguments))
    assert found["JobRunState"] == "SUCCEEDED", (found, lines(found, "error"))
    return lines(found, "output")


def failed(name, **arguments):
    """A run that has to fail: the run."""
    found = ended(name, start(name, **arguments))
    assert found["JobRunState"] == "FAILED", (found, lines(found, "output"))
    return found
