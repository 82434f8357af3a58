"""What the checks of MWAA Serverless share: definitions, workflows and their runs, and answers held against AWS's model."""

import datetime
import json
import os
import urllib.request

from common import bucket, client, glue, iam, logs, put, role, unique, until


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
