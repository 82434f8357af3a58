"""Runs of MWAA Serverless's workflows on the local endpoint, as boto3 sees them. Each function is one check; arguments name those to run."""

import json

from common import bucket, glue, main, put, refused, s3, unique, until
from workflows import CRAWLER, EMPTY, JOB, OVER, PROVIDER, S3_KEY, create, dag, ended, log, requests, run_of, start, statuses, timeout, transform, tries, workflows


def a_run():
    """Wait for a file, run a job, crawl what it wrote, see that the day is there: with real Glue work, and the day of the parameters."""
    where, job, crawler, database = transform()
    day = "{{ params.date or ds }}"
    wait = {"operator": S3_KEY, "bucket_key": f"s3://{where}/data/raw/raw_{day}.csv", "poke_interval": 1}
    run_job = {"operator": JOB, "job_name": job, "script_args": {"--date": day}, "verbose": True, "dependencies": ["wait"]}
    out = f"s3://{where}/data/out/batch_date={day}/*"
    tasks = {
        "z_first": {"operator": EMPTY},
        "wait": {**wait, "dependencies": ["z_first"]},
        "job": run_job,
        "crawl": {"operator": CRAWLER, "config": {"Name": crawler}, "dependencies": ["job"]},
        "ready": {"operator": S3_KEY, "bucket_key": [out, out], "wildcard_match": True, "dependencies": ["crawl"]},
    }
    arn = create(dag(tasks))
    begun = workflows.start_workflow_run(WorkflowArn=arn, OverrideParameters={"date": "2024-09-15"})
    assert begun["Status"] == "STARTING", begun
    run = begun["RunId"]
    seen = set()

    def over():
        seen.add(run_of(arn, run)["RunState"])
        return seen & set(OVER)

    until("the run", over)
    assert {"STARTING", "QUEUED", "RUNNING", "SUCCESS"} >= seen > {"SUCCESS"}, seen
    whole = workflows.get_workflow_run(WorkflowArn=arn, RunId=run)
    assert whole["OverrideParameters"] == {"date": "2024-09-15"} and whole["RunType"] == "ON_DEMAND", whole
    detail = whole["RunDetail"]
    assert detail["RunState"] == "SUCCESS" and detail["CompletedOn"] >= detail["StartedOn"] >= detail["CreatedAt"], detail
    found = tries(arn, run)
    assert list(found) == [("z_first", 1), ("wait", 1), ("job", 1), ("crawl", 1), ("ready", 1)], found
    assert {one["Status"] for one in found.values()} == {"SUCCESS"}, found
    assert detail["TaskInstances"] == [one["TaskInstanceId"] for one in found.values()]
    order = [found[(name, 1)] for name in ("wait", "job", "crawl", "ready")]
    assert all(before["EndedAt"] <= after["StartedAt"] for before, after in zip(order, order[1:])), order
    # The work has been done.
    assert s3.list_objects_v2(Bucket=where, Prefix="data/out/batch_date=2024-09-15/")["KeyCount"] == 1
    assert [table["Name"] for table in glue.get_tables(DatabaseName=database)["TableList"]] == ["out"]
    glue_run = glue.get_job_runs(JobName=job)["JobRuns"][0]
    assert glue_run["JobRunState"] == "SUCCEEDED" and glue_run["Arguments"] == {"--date": "2024-09-15"}, glue_run
    assert found[("job", 1)]["Xcom"] == {"return_value": glue_run["Id"]} and found[("job", 1)]["OperatorName"] == "GlueJobOperator"
    # In the name of the workflow's role, and with a log for each try.
    assert requests("sts", "AssumeRole"), "no role was taken"
    lines = log(arn, found[("job", 1)])
    assert lines[-1]["event"] == "Task finished" and lines[-1]["final_state"] == "success", lines
    assert any("wrote 2 rows" in line["event"] for line in lines), lines
    assert found[("wait", 1)]["LogStream"] == f"workflow_id={arn.split('/')[1]}/run_id={run}/task_id=wait/attempt=1.log"
    assert any(f"s3://{where}/data/raw/raw_2024-09-15.csv" in line["event"] for line in log(arn, found[("wait", 1)]))
    listed = workflows.list_workflow_runs(WorkflowArn=arn)["WorkflowRuns"]
    assert [(one["RunId"], one["RunDetailSummary"]["Status"]) for one in listed] == [(run, "SUCCESS")], listed


def side_by_side():
    """Tasks that do not wait for each other run at the same time; one in the mode `reschedule` says when it only waits."""
    where = bucket()
    wait = {"operator": S3_KEY, "bucket_key": f"s3://{where}/go", "poke_interval": 1, "timeout": 60}
    later = {**wait, "mode": "reschedule", "execution_timeout": timeout(milliseconds=100), "retries": 0}
    arn = create(dag({"a": wait, "b": later, "c": {**wait, "dependencies": ["a", "b"]}}))
    run = start(arn)
    both = {("a", 1): "RUNNING", ("b", 1): "UP_FOR_RESCHEDULE", ("c", 1): "NONE"}
    until("both run", lambda: run_of(arn, run).get("TaskInstances") and statuses(arn, run) == both)
    put(where, "go", "")
    assert ended(arn, run)["RunState"] == "SUCCESS"


def failures():
    """A failed job: tried again, told in the log, and what comes after does not start, but for what always does."""
    _, job, _, _ = transform(sql="SELECT nope FROM raw")
    tasks = {
        "job": {"operator": JOB, "job_name": job, "retries": 1, "retry_delay": 2, "verbose": True},
        "after": {"operator": EMPTY, "dependencies": ["job"]},
        "tidy": {"operator": EMPTY, "dependencies": ["after"], "trigger_rule": "all_done"},
        "last": {"operator": EMPTY, "dependencies": ["after"]},
    }
    arn = create(dag(tasks))
    run = start(arn)
    rest = {("after", 1): "NONE", ("tidy", 1): "NONE", ("last", 1): "NONE"}
    until("the wait", lambda: run_of(arn, run).get("TaskInstances") and statuses(arn, run) == {("job", 1): "UP_FOR_RETRY", **rest})
    detail = ended(arn, run)
    assert (detail["RunState"], detail["ErrorMessage"]) == ("FAILED", "Workflow execution failed"), detail
    assert statuses(arn, run) == {
        ("job", 1): "FAILED",
        ("job", 2): "FAILED",
        ("after", 1): "UPSTREAM_FAILED",
        ("tidy", 1): "SUCCESS",
        ("last", 1): "UPSTREAM_FAILED",
    }
    assert len(glue.get_job_runs(JobName=job)["JobRuns"]) == 2
    first, second = (tries(arn, run)[("job", attempt)] for attempt in (1, 2))
    assert (second["StartedAt"] - first["EndedAt"]).total_seconds() >= 2, (first, second)
    assert "Run State: FAILED" in second["ErrorMessage"] and second["LogStream"].endswith("attempt=2.log"), second
    lines = log(arn, second)
    assert lines[-1]["final_state"] == "failed" and lines[-1]["exit_code"] == 1, lines
    assert any("nope" in line["event"] for line in lines), lines
    error = next(line for line in lines if line["level"] == "error")
    assert error["error_detail"][0]["exc_type"] == "AirflowException", error


def ways_to_fail():
    """Without a second try: an operator that does not run here, a sensor's timeout, a missing job; a late task; a wrong template."""
    where = bucket()
    other = f"{PROVIDER}.operators.athena.AthenaOperator"
    wait = {"operator": S3_KEY, "bucket_key": f"s3://{where}/never", "poke_interval": 0.1}
    tasks = {
        "other": {"operator": other, "query": "SELECT 1"},
        "sensor": {**wait, "timeout": 0.2},
        "late": {**wait, "execution_timeout": timeout(milliseconds=300), "retries": 0},
        "missing": {"operator": JOB, "job_name": unique("nope"), "retries": 0},
        "undefined": {"operator": JOB, "job_name": "{{ dag_run.conf }}", "retries": 0},
    }
    arn = create(dag(tasks))
    run = start(arn)
    assert ended(arn, run)["RunState"] == "FAILED"
    found = tries(arn, run)
    assert {key: one["Status"] for key, one in found.items()} == {
        ("other", 1): "FAILED",
        ("sensor", 1): "FAILED",
        ("late", 1): "TIMEOUT",
        ("missing", 1): "FAILED",
        ("undefined", 1): "FAILED",
    }
    why = {task: one["ErrorMessage"] for (task, _), one in found.items()}
    assert "does not run AthenaOperator" in why["other"], why
    assert "Sensor has timed out" in why["sensor"] and "longer than 0.3 s" in why["late"], why
    assert "not found" in why["missing"] and "undefined" in why["undefined"], why
    broken = create(dag({"a": {"operator": JOB, "job_name": "{{ ds"}}))
    run = start(broken)
    detail = ended(broken, run)
    assert detail["RunState"] == "FAILED" and detail["TaskInstances"] == [], detail
    assert "task a" in detail["ErrorMessage"], detail


def templates():
    """The variables that the service has."""
    where, words = bucket(), "{{ ds }} {{ ds_nodash }} {{ params.date or ds }} {{ params.more }} {{ params.own }} {{ macros.ds_add(ds, -1) }}"
    key = {"operator": S3_KEY, "bucket_key": f"s3://{where}/{words}", "poke_interval": 0.1, "timeout": 0}
    give = {"operator": CRAWLER, "config": {"Name": transform()[2]}}
    pull = {**key, "bucket_key": f"s3://{where}/{{{{ ti.xcom_pull(task_ids='give') }}}}", "dependencies": ["give"]}
    key["params"] = {"more": "own", "own": "x"}
    arn = create(dag({"key": key, "give": give, "pull": pull}, params={"date": "", "more": "m"}))
    run = start(arn, OverrideParameters={"own": "mine"})
    detail = ended(arn, run)
    day = detail["CreatedAt"]
    before = day.fromtimestamp(day.timestamp() - 86400, day.tzinfo)
    wanted = f"{day:%Y-%m-%d} {day:%Y%m%d} {day:%Y-%m-%d} own mine {before:%Y-%m-%d}"
    found = tries(arn, run)
    poked = [line["event"] for line in log(arn, found[("key", 1)])]
    assert f"Poking for key : s3://{where}/{wanted}" in poked, poked
    poked = [line["event"] for line in log(arn, found[("pull", 1)])]
    assert f"Poking for key : s3://{where}/{give['config']['Name']}" in poked, poked


def stop():
    """A stopped run stops its Glue run, where the task asks for that, and starts nothing more."""
    where, job, _, _ = transform()
    _, other, _, _ = transform()
    # The jobs are still starting when the run is stopped: that takes as long as the pace of this endpoint.
    tasks = {
        "job": {"operator": JOB, "job_name": job, "stop_job_run_on_kill": True},
        "other": {"operator": JOB, "job_name": other},
        "wait": {"operator": S3_KEY, "bucket_key": f"s3://{where}/never"},
        "after": {"operator": EMPTY, "dependencies": ["job", "wait"]},
    }
    arn = create(dag(tasks))
    run = start(arn)
    state = lambda name: [one["JobRunState"] for one in glue.get_job_runs(JobName=name)["JobRuns"]]
    until("the jobs run", lambda: state(job) and state(other))
    stopped = workflows.stop_workflow_run(WorkflowArn=arn, RunId=run)
    assert stopped["Status"] == "STOPPING", stopped
    # Asked once more it is still stopping, or has come to its end meanwhile.
    try:
        assert workflows.stop_workflow_run(WorkflowArn=arn, RunId=run)["Status"] == "STOPPING"
    except workflows.exceptions.ValidationException as error:
        assert "is STOPPED already" in str(error), error
    detail = ended(arn, run)
    assert detail["RunState"] == "STOPPED" and "ErrorMessage" not in detail, detail
    assert set(statuses(arn, run).values()) == {"CANCELLED"}, statuses(arn, run)
    until("the Glue run ends", lambda: state(job) == ["STOPPED"])
    until("the other Glue run ends", lambda: state(other) == ["SUCCEEDED"])
    refused("ValidationException", "STOPPED", workflows.stop_workflow_run, WorkflowArn=arn, RunId=run)


def delete_stops():
    """What runs ends before a workflow is gone."""
    _, job, _, _ = transform()
    arn = create(dag({"job": {"operator": JOB, "job_name": job, "stop_job_run_on_kill": True}}))
    start(arn)
    runs = lambda: glue.get_job_runs(JobName=job)["JobRuns"]
    until("the job runs", runs)
    workflows.delete_workflow(WorkflowArn=arn)
    assert workflows.get_workflow(WorkflowArn=arn)["WorkflowStatus"] == "DELETING"
    refused("ConflictException", "being deleted", workflows.start_workflow_run, WorkflowArn=arn)
    until("it is gone", lambda: arn not in [one["WorkflowArn"] for one in workflows.list_workflows()["Workflows"]])
    until("the Glue run ends", lambda: runs()[0]["JobRunState"] == "STOPPED")


def under_way():
    """A run that waits, for a test that kills the endpoint; prints its ARN and its run."""
    _, job, _, _ = transform()
    arn = create(dag({"job": {"operator": JOB, "job_name": job}}))
    run = start(arn)
    until("the job runs", lambda: glue.get_job_runs(JobName=job)["JobRuns"])
    print(json.dumps({"arn": arn, "run": run}))


def interrupted():
    """The run that was under way when the endpoint was killed has failed, and says why; the workflow runs again."""
    arn = workflows.list_workflows()["Workflows"][0]["WorkflowArn"]
    runs = workflows.list_workflow_runs(WorkflowArn=arn)["WorkflowRuns"]
    assert [one["RunDetailSummary"]["Status"] for one in runs] == ["FAILED"], runs
    detail = run_of(arn, runs[0]["RunId"])
    assert "the local endpoint ended" in detail["ErrorMessage"], detail
    assert statuses(arn, runs[0]["RunId"]) == {("job", 1): "FAILED"}
    start(arn)


def empty_run():
    """The only workflow that there is runs without a question."""
    nothing()
    arn = create(dag({"a": {"operator": EMPTY}, "b": {"operator": EMPTY, "dependencies": ["a"]}}))
    assert ended(arn, start(arn))["RunState"] == "SUCCESS"


def nothing():
    assert workflows.list_workflows()["Workflows"] == []


main(globals())
