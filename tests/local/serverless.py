"""Workflows of MWAA Serverless on the local endpoint, as boto3 sees them. Each function is one check; arguments name those to run."""

import datetime
import json
import os
import urllib.request

from common import REGION, bucket, client, glue, iam, logs, main, put, refused, role, s3, unique, until


def fits(shape, value, at):
    """The answer has what AWS's model has, and nothing else: boto3 would be silent about both."""
    if shape.type_name == "structure":
        assert isinstance(value, dict), (at, value)
        assert set(value) <= set(shape.members) and set(shape.required_members) <= set(value), (at, value)
        for name, one in value.items():
            fits(shape.members[name], one, f"{at}.{name}")
    elif shape.type_name == "list":
        for one in value:
            fits(shape.member, one, f"{at}[]")
    elif shape.type_name == "string":
        assert isinstance(value, str) and value in (shape.enum or [value]), (at, value)
    elif shape.type_name == "timestamp":
        assert datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo, (at, value)


def checked(operation_model, response_dict, **_):
    body = json.loads(response_dict["body"])
    if response_dict["status_code"] < 300:
        fits(operation_model.output_shape, body, operation_model.name)
        return
    code = body.pop("__type")
    shape = next(one for one in operation_model.error_shapes if one.name == code)
    fits(shape, body, f"{operation_model.name}: {code}")


workflows = client("mwaa-serverless")
workflows.meta.events.register("before-parse.mwaa-serverless", checked)
PROVIDER = "airflow.providers.amazon.aws"
EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"
S3_KEY = f"{PROVIDER}.sensors.s3.S3KeySensor"
CRAWLER = f"{PROVIDER}.operators.glue_crawler.GlueCrawlerOperator"
JOB = f"{PROVIDER}.operators.glue.GlueJobOperator"
OVER = ("SUCCESS", "FAILED", "TIMEOUT", "STOPPED")


def service_role(principal="airflow-serverless.amazonaws.com"):
    trust = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    name = role({"Version": "2012-10-17", "Statement": [trust]})
    return iam.get_role(RoleName=name)["Role"]["Arn"]


def timeout(**units):
    return {"__type__": "datetime.timedelta", **units}


def dag(tasks, **more):
    """A definition; JSON is YAML."""
    return json.dumps({"a_dag": {"schedule": None, "params": {"date": ""}, "tasks": tasks, **more}})


def upload(text, where=None):
    where = where or bucket()
    put(where, "dags/flow.yaml", text)
    return {"Bucket": where, "ObjectKey": "dags/flow.yaml"}


def create(text, **more):
    """A new workflow; the answer is its ARN."""
    wish = {"Name": unique("flow"), "RoleArn": service_role(), "DefinitionS3Location": upload(text), **more}
    return workflows.create_workflow(**wish)["WorkflowArn"]


def run_of(arn, run):
    return workflows.get_workflow_run(WorkflowArn=arn, RunId=run)["RunDetail"]


def start(arn, **more):
    return workflows.start_workflow_run(WorkflowArn=arn, **more)["RunId"]


def ended(arn, run, seconds=60):
    def look():
        found = run_of(arn, run)
        return found if found["RunState"] in OVER else None

    return until(f"run {run}", look, seconds)


def tries(arn, run):
    """All task instances, by task and attempt."""
    listed = workflows.list_task_instances(WorkflowArn=arn, RunId=run)["TaskInstances"]
    found = [
        workflows.get_task_instance(WorkflowArn=arn, RunId=run, TaskInstanceId=one["TaskInstanceId"]) for one in listed
    ]
    return {(one["TaskId"], one["AttemptNumber"]): one for one in found}


def statuses(arn, run):
    return {key: one["Status"] for key, one in tries(arn, run).items()}


def log(arn, instance):
    group = workflows.get_workflow(WorkflowArn=arn)["LoggingConfiguration"]["LogGroupName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=instance["LogStream"])["events"]
    return [json.loads(event["message"]) for event in events]


def requests(service, operation):
    """The calls of that operation that the endpoint has seen."""
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_local/requests") as answer:
        return [one for one in json.load(answer) if (one["service"], one["operation"]) == (service, operation)]


def life():
    """Made, found, changed, tagged, deleted; the definition is a snapshot, and each version has its own."""
    first, name, where = dag({"a": {"operator": EMPTY}}), unique("flow"), bucket()
    place = upload(first, where)
    wish = {"Name": name, "RoleArn": service_role(), "DefinitionS3Location": place, "Tags": {"k": "v"}}
    made = workflows.create_workflow(**wish, Description="d")
    arn = made["WorkflowArn"]
    prefix = f"arn:aws:airflow-serverless:{REGION}:123456789012:workflow/{name}-"
    assert arn.startswith(prefix) and len(arn) == len(prefix) + 10, arn
    assert len(made["WorkflowVersion"]) == 32 and made["IsLatestVersion"] and made["WorkflowStatus"] == "READY", made
    refused("ConflictException", name, workflows.create_workflow, **wish)
    # The object changes; the workflow does not.
    put(where, place["ObjectKey"], dag({"b": {"operator": EMPTY}}, schedule="0 6 * * *", description="x"))
    found = workflows.get_workflow(WorkflowArn=arn)
    assert found["WorkflowDefinition"] == first and found["WorkflowVersion"] == made["WorkflowVersion"], found
    assert (found["Name"], found["Description"], found["TriggerMode"]) == (name, "d", "MANUAL"), found
    assert found["LoggingConfiguration"] == {"LogGroupName": f"/aws/mwaa-serverless/{arn.split('/')[1]}/"}, found
    assert "ScheduleConfiguration" not in found and found["EngineVersion"] == 1, found
    changed = workflows.update_workflow(WorkflowArn=arn, RoleArn=wish["RoleArn"], DefinitionS3Location=place)
    assert changed["WorkflowVersion"] != made["WorkflowVersion"], changed
    assert changed["Warnings"] == ["ignored attributes: description"], changed
    found = workflows.get_workflow(WorkflowArn=arn)
    assert found["ScheduleConfiguration"] == {"CronExpression": "0 6 * * *"}, found
    assert (found["Description"], found["TriggerMode"]) == ("d", "SCHEDULED"), found
    old = workflows.get_workflow(WorkflowArn=arn, WorkflowVersion=made["WorkflowVersion"])
    assert old["WorkflowDefinition"] == first and "ScheduleConfiguration" not in old, old
    versions = workflows.list_workflow_versions(WorkflowArn=arn)["WorkflowVersions"]
    assert [(one["WorkflowVersion"], one["IsLatestVersion"]) for one in versions] == [
        (changed["WorkflowVersion"], True),
        (made["WorkflowVersion"], False),
    ]
    workflows.tag_resource(ResourceArn=arn, Tags={"a": "b", "k": "w"})
    workflows.untag_resource(ResourceArn=arn, TagKeys=["a", "nope"])
    assert workflows.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"k": "w"}
    pages = workflows.get_paginator("list_workflows").paginate(PaginationConfig={"PageSize": 1})
    listed = {one["WorkflowArn"]: one for page in pages for one in page["Workflows"]}
    assert listed[arn]["Name"] == name and listed[arn]["WorkflowVersion"] == changed["WorkflowVersion"], listed
    # Another region does not know it.
    elsewhere = client("mwaa-serverless", region="us-east-1")
    refused("ResourceNotFoundException", arn, elsewhere.get_workflow, WorkflowArn=arn)
    assert workflows.delete_workflow(WorkflowArn=arn)["WorkflowArn"] == arn
    until("it is gone", lambda: arn not in [one["WorkflowArn"] for one in workflows.list_workflows()["Workflows"]])
    for call in (workflows.get_workflow, workflows.delete_workflow, workflows.start_workflow_run):
        refused("ResourceNotFoundException", arn, call, WorkflowArn=arn)
    again = workflows.create_workflow(**wish)["WorkflowArn"]
    assert again != arn
    workflows.delete_workflow(WorkflowArn=again)


def one_version_goes():
    arn = create(dag({"a": {"operator": EMPTY}}))
    found = workflows.get_workflow(WorkflowArn=arn)
    second = workflows.update_workflow(
        WorkflowArn=arn, RoleArn=found["RoleArn"], DefinitionS3Location=found["DefinitionS3Location"]
    )["WorkflowVersion"]
    workflows.delete_workflow(WorkflowArn=arn, WorkflowVersion=second)
    left = workflows.list_workflow_versions(WorkflowArn=arn)["WorkflowVersions"]
    assert [one["WorkflowVersion"] for one in left] == [found["WorkflowVersion"]], left
    run = start(arn, WorkflowVersion=found["WorkflowVersion"])
    assert ended(arn, run)["RunState"] == "SUCCESS"
    refused("ResourceNotFoundException", second, workflows.start_workflow_run, WorkflowArn=arn, WorkflowVersion=second)


def tokens():
    """The same token brings the same answer; on another request it is a conflict."""
    wish = {"Name": unique("flow"), "RoleArn": service_role(), "DefinitionS3Location": upload(dag({"a": {"operator": EMPTY}}))}
    token = unique("token")
    arn = workflows.create_workflow(**wish, ClientToken=token)["WorkflowArn"]
    assert workflows.create_workflow(**wish, ClientToken=token)["WorkflowArn"] == arn
    refused("ConflictException", "token", workflows.create_workflow, **wish, Description="x", ClientToken=token)
    run = start(arn, ClientToken=token)
    assert start(arn, ClientToken=token) == run
    assert start(arn, ClientToken=unique("token")) != run
    assert len(workflows.list_workflow_runs(WorkflowArn=arn)["WorkflowRuns"]) == 2


def refusals():
    """What AWS refuses in the call, for what is named and for what the definition says."""
    good, name = upload(dag({"a": {"operator": EMPTY}})), unique("flow")
    arn = service_role()

    def no(words, **changes):
        wish = {"Name": name, "RoleArn": arn, "DefinitionS3Location": good, **changes}
        refused("ValidationException", words, workflows.create_workflow, **wish)

    no("does not exist", RoleArn="arn:aws:iam::123456789012:role/nobody")
    no("airflow-serverless.amazonaws.com", RoleArn=service_role("airflow.amazonaws.com"))
    no("NoSuchKey", DefinitionS3Location={**good, "ObjectKey": "nope"})
    no("NoSuchBucket", DefinitionS3Location={"Bucket": unique("nope"), "ObjectKey": "x"})
    no("name", Name="-x")
    no("TriggerMode", TriggerMode="now and then")
    no("engineVersion", EngineVersion=2)
    no("KmsKeyId", EncryptionConfiguration={"Type": "CUSTOMER_MANAGED_KEY"})

    def bad(words, text):
        no(words, DefinitionS3Location=upload(text))

    def task(words, **members):
        bad(words, dag({"a": {"operator": EMPTY, **members}}))

    bad("YAML", "a: [")
    bad("not a mapping", "just words")
    bad("single DAG", json.dumps({"a": {"tasks": {}}, "b": {"tasks": {}}}))
    bad("Invalid tasks configuration", dag([{"operator": EMPTY}]))
    bad("Invalid tasks configuration", dag({}))
    bad("task_groups: Unexpected element", dag({"a": {"operator": EMPTY}}, task_groups={}))
    bad("'mode' not in", dag({"a": {"operator": EMPTY}}, default_args={"mode": "poke"}))
    bad("cron expression has 5", dag({"a": {"operator": EMPTY}}, schedule="every day"))
    bad("end_date is before", dag({"a": {"operator": EMPTY}}, start_date="2026-02-01", end_date="2026-01-01"))
    bad("51201 bytes; 51200 are", "#" * 51201)
    task("'EmptyOperator' is not supported", operator="EmptyOperator")
    task("is not supported", operator="airflow.providers.http.operators.http.HttpOperator")
    task("depends on b, which is no task", dependencies=["b"])
    task("retries is 4", retries=4)
    task("retry_delay is 301", retry_delay=301)
    task('retry_delay is "5m"', retry_delay="5m")
    task("must be a timedelta object", execution_timeout=60)
    task("less than or equal to 60 minutes", execution_timeout=timeout(minutes=61))
    task("no such rule", trigger_rule="now")
    task("Invalid arguments were passed to EmptyOperator (task_id: a): upstream_tasks", upstream_tasks=["b"])
    task("missing keyword argument 'bucket_key'", operator=S3_KEY)
    task("mode must be one of", operator=S3_KEY, bucket_key="s3://a/b", mode="sleep")
    task("config has no Name", operator=CRAWLER, config={})
    cycle = {"a": {"operator": EMPTY, "dependencies": ["b"]}, "b": {"operator": EMPTY, "dependencies": ["a"]}}
    bad("Cycle detected in DAG: a, b", dag({**cycle, "c": {"operator": EMPTY}}))
    assert name not in [one["Name"] for one in workflows.list_workflows()["Workflows"]]
    # The same of an update, after which nothing has changed.
    flow = create(dag({"a": {"operator": EMPTY}}))
    refused(
        "ValidationException", "Cycle", workflows.update_workflow,
        WorkflowArn=flow, RoleArn=arn, DefinitionS3Location=upload(dag(cycle)),
    )
    assert len(workflows.list_workflow_versions(WorkflowArn=flow)["WorkflowVersions"]) == 1
    refused("ValidationException", "nope", workflows.list_task_instances, WorkflowArn=flow, RunId="nope")
    refused("ResourceNotFoundException", "nope", workflows.get_workflow_run, WorkflowArn=flow, RunId="nope")
    off = create(dag({"a": {"operator": EMPTY}}), TriggerMode="DISABLED")
    refused("ConflictException", "DISABLED", workflows.start_workflow_run, WorkflowArn=off)
    try:
        workflows.create_workflow(Name="-x", RoleArn=arn, DefinitionS3Location=good)
    except workflows.exceptions.ValidationException as error:
        assert error.response["Reason"] == "fieldValidationFailed", error.response
        assert [one["Name"] for one in error.response["FieldList"]] == ["name"], error.response


def transform(**more):
    """A job over two raw rows, and a crawler over what it writes."""
    where, name = bucket(), unique("job")
    put(where, "scripts/glue/strata_transform.py", "# the script of AWS\n")
    put(where, "sql/t.sql", more.pop("sql", "SELECT id, n FROM raw"))
    put(where, "data/raw/raw_2024-09-15.csv", "id,n\na1,7\na2,8\n")
    columns = ["id string", "n int"]
    spec = {
        "name": "t",
        "sql": f"s3://{where}/sql/t.sql",
        "reads": {"raw": {"path": f"s3://{where}/data/raw/", "format": "csv", "file": "raw_{date}.csv", "columns": columns}},
        "writes": {"path": f"s3://{where}/data/out/", "format": "parquet", "partition": "batch_date", "columns": columns},
        "rejects": f"s3://{where}/data/rejected/t/",
    }
    put(where, "scripts/transforms/t.json", json.dumps(spec))
    glue.create_job(
        Name=name,
        Role="arn:aws:iam::123456789012:role/glue",
        Command={"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": f"s3://{where}/scripts/glue/strata_transform.py"},
        DefaultArguments={"--spec": f"s3://{where}/scripts/transforms/t.json"},
        **more,
    )
    crawler, database = unique("crawler"), unique("db").replace("-", "_")
    glue.create_crawler(
        Name=crawler, Role=role(), DatabaseName=database, Targets={"S3Targets": [{"Path": f"s3://{where}/data/out/"}]}
    )
    return where, name, crawler, database


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
    assert any("2 written" in line["event"] for line in lines), lines
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


def schedule():
    """A run that nobody started, when its time has come; none where the trigger mode is another."""
    every = dag({"a": {"operator": EMPTY}}, schedule="* * * * *")
    arn, by_hand = create(every), create(every, TriggerMode="MANUAL")
    late = create(dag({"a": {"operator": EMPTY}}, schedule="* * * * *", start_date="2199-01-01"))
    runs = lambda one: workflows.list_workflow_runs(WorkflowArn=one)["WorkflowRuns"]
    found = until("a run", lambda: runs(arn), 75)
    assert found[0]["RunType"] == "SCHEDULED", found
    assert ended(arn, found[0]["RunId"])["RunState"] == "SUCCESS"
    assert not runs(by_hand) and not runs(late)
    workflows.delete_workflow(WorkflowArn=arn)


def under_way():
    """A run that waits, for a test that kills the endpoint; prints its ARN and its run."""
    _, job, _, _ = transform()
    arn = create(dag({"job": {"operator": JOB, "job_name": job}}))
    run = start(arn)
    until("the job runs", lambda: glue.get_job_runs(JobName=job)["JobRuns"])
    print(json.dumps({"arn": arn, "run": run}))


def empty_run():
    """The only workflow that there is runs without asking anybody."""
    nothing()
    arn = create(dag({"a": {"operator": EMPTY}, "b": {"operator": EMPTY, "dependencies": ["a"]}}))
    assert ended(arn, start(arn))["RunState"] == "SUCCESS"


def nothing():
    assert workflows.list_workflows()["Workflows"] == []


main(globals())
