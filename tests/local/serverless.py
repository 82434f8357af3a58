"""Workflows of MWAA Serverless on the local endpoint, as boto3 sees them. Each function is one check; arguments name those to run."""

import json

from common import REGION, bucket, client, main, put, refused, unique, until
from workflows import CRAWLER, EMPTY, S3_KEY, create, dag, ended, service_role, start, timeout, upload, workflows


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

    no("does not exist", RoleArn="arn:aws:iam::123456789012:role/missing")
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


def schedule():
    """A run that no client started, when its time has come; none where the trigger mode is another."""
    every = dag({"a": {"operator": EMPTY}}, schedule="* * * * *")
    arn, by_hand = create(every), create(every, TriggerMode="MANUAL")
    late = create(dag({"a": {"operator": EMPTY}}, schedule="* * * * *", start_date="2199-01-01"))
    runs = lambda one: workflows.list_workflow_runs(WorkflowArn=one)["WorkflowRuns"]
    found = until("a run", lambda: runs(arn), 75)
    assert found[0]["RunType"] == "SCHEDULED", found
    assert ended(arn, found[0]["RunId"])["RunState"] == "SUCCESS"
    assert not runs(by_hand) and not runs(late)
    workflows.delete_workflow(WorkflowArn=arn)


main(globals())
