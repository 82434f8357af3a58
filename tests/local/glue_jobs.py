"""Jobs of Glue on the local endpoint, as boto3 sees them. Each function is one check; arguments name those to run."""

import json

from common import bucket, client, glue, logs, main, put, refused, s3, unique, until


def job(name, **more):
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": "s3://b/scripts/glue/strata_transform.py"}
    return {"Name": name, "Role": "r", "Command": command, "MaxCapacity": 0.0625, **more}


def job_checks():
    create = glue.create_job
    refused("InvalidInputException", "Worker Type is not supported for Job Command pythonshell", create, **job("j", WorkerType="G.1X", NumberOfWorkers=2))
    refused("InvalidInputException", "0.0625", create, **job("j", MaxCapacity=2.0))
    spark = {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": "s3://b/k.py"}
    both = {"WorkerType": "G.1X", "NumberOfWorkers": 2}
    refused("InvalidInputException", "Please do not set Max Capacity", create, **job("j", Command=spark, **both))
    refused("InvalidInputException", "not supported", create, **job("j", Command={**spark, "Name": "nope"}))
    refused("ValidationException", "pythonVersion", create, **job("j", Command={**spark, "PythonVersion": "4"}))
    refused("InvalidInputException", "Glue version", create, **job("j", GlueVersion="7.0"))
    name = unique("job")
    create(**job(name, Tags={"owner": name}, DefaultArguments={"--spec": "x"}, Description="one", Timeout=5))
    refused("AlreadyExistsException", name, create, **job(name))
    found = glue.get_job(JobName=name)["Job"]
    assert (found["MaxCapacity"], found["Timeout"], found["ExecutionProperty"]) == (0.0625, 5, {"MaxConcurrentRuns": 1})
    update = job(name)
    update.pop("Name")
    glue.update_job(JobName=name, JobUpdate=update)
    found = glue.get_job(JobName=name)["Job"]
    assert "Description" not in found and "DefaultArguments" not in found and found["Timeout"] == 2880, found
    assert glue.list_jobs(Tags={"owner": name})["JobNames"] == [name]
    assert glue.batch_get_jobs(JobNames=[name, "nope"])["JobsNotFound"] == ["nope"]
    glue.delete_job(JobName=name)
    glue.delete_job(JobName=name)
    refused("EntityNotFoundException", name, glue.get_job, JobName=name)
    refused("EntityNotFoundException", "missing metadata", glue.start_job_run, JobName=name)
    names = sorted(unique("page") for _ in range(3))
    for one in names:
        create(**job(one))
    pages = client("glue").get_paginator("get_jobs").paginate(PaginationConfig={"PageSize": 1})
    seen = [one["Name"] for page in pages for one in page["Jobs"] if one["Name"] in names]
    assert seen == names


def ended(name, run):
    def look():
        found = glue.get_job_run(JobName=name, RunId=run)["JobRun"]
        return found if found["JobRunState"] in ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT") else None

    return until(f"job {name}", look)


def transform_job(sql, **more):
    """A job with all that a transform needs, over two raw rows."""
    where, name = bucket(), unique("job")
    put(where, "scripts/glue/strata_transform.py", "# the script of AWS\n")
    put(where, "sql/t.sql", sql)
    put(where, "data/raw/raw_2024-09-15.csv", 'id,address,n\na1,"Strada Mare, Cernavoda",7\na2,Aleea,8\n')
    spec = {
        "name": "t",
        "sql": f"s3://{where}/sql/t.sql",
        "reads": {"raw": {"path": f"s3://{where}/data/raw/", "format": "csv", "file": "raw_{date}.csv", "columns": ["id string", "address string", "n int"]}},
        "writes": {"path": f"s3://{where}/data/out/", "format": "parquet", "partition": "batch_date", "columns": ["id string", "address string", "n int"]},
        "rejects": f"s3://{where}/data/rejected/t/",
    }
    put(where, "scripts/transforms/t.json", json.dumps(spec))
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": f"s3://{where}/scripts/glue/strata_transform.py"}
    glue.create_job(**job(name, Command=command, DefaultArguments={"--spec": f"s3://{where}/scripts/transforms/t.json"}, **more))
    return where, name


def job_run():
    where, name = transform_job("SELECT id, address, n FROM raw")
    run = glue.start_job_run(JobName=name, Arguments={"--date": "2024-09-15"})["JobRunId"]
    first = glue.get_job_run(JobName=name, RunId=run)["JobRun"]
    assert first["JobRunState"] in ("STARTING", "RUNNING"), first
    refused("ConcurrentRunsExceededException", name, glue.start_job_run, JobName=name)
    done = ended(name, run)
    assert done["JobRunState"] == "SUCCEEDED", done
    assert done["LogGroupName"] == "/aws-glue/python-jobs" and done["ExecutionTime"] >= 0 and done["CompletedOn"] >= done["StartedOn"]
    listed = s3.list_objects_v2(Bucket=where, Prefix="data/out/batch_date=2024-09-15/")
    assert listed["KeyCount"] == 1, listed
    lines = logs.get_log_events(logGroupName="/aws-glue/python-jobs/output", logStreamName=run)["events"]
    assert any("wrote 2 rows" in line["message"] for line in lines), lines
    assert [one["Id"] for one in glue.get_job_runs(JobName=name)["JobRuns"]] == [run]
    refused("EntityNotFoundException", "jr_0", glue.get_job_run, JobName=name, RunId="jr_0")
    stopped = glue.batch_stop_job_run(JobName=name, JobRunIds=[run, "jr_0"])
    assert not stopped["SuccessfulSubmissions"] and len(stopped["Errors"]) == 2


def job_failures():
    _, name = transform_job("SELECT nope FROM raw")
    done = ended(name, glue.start_job_run(JobName=name)["JobRunId"])
    assert done["JobRunState"] == "FAILED" and "nope" in done["ErrorMessage"], done
    errors = logs.get_log_events(logGroupName="/aws-glue/python-jobs/error", logStreamName=done["Id"])["events"]
    assert errors[0]["message"] == done["ErrorMessage"]
    where, name = transform_job("SELECT id, address, n FROM raw")
    s3.delete_object(Bucket=where, Key="scripts/glue/strata_transform.py")
    done = ended(name, glue.start_job_run(JobName=name)["JobRunId"])
    assert done["JobRunState"] == "FAILED" and "Script could not be downloaded" in done["ErrorMessage"], done
    put(where, "other.py", "print(1)")
    name = unique("job")
    glue.create_job(**job(name, Command={"Name": "glueetl", "ScriptLocation": f"s3://{where}/other.py"}, MaxCapacity=2.0))
    done = ended(name, glue.start_job_run(JobName=name)["JobRunId"])
    assert done["JobRunState"] == "FAILED" and "should be given assume role permissions" in done["ErrorMessage"], done


def job_logs():
    """A Spark job's log groups have the prefix that it asks for, from Glue 5.0 on; a pythonshell job's have not."""
    where, name = transform_job("SELECT id, address, n FROM raw")
    spec = glue.get_job(JobName=name)["Job"]["DefaultArguments"]["--spec"]
    script = f"s3://{where}/scripts/glue/strata_transform.py"
    for command, version, place in (
        ("glueetl", "5.0", "/my/logs"), ("glueetl", "4.0", "/aws-glue/jobs"), ("pythonshell", "3.0", "/aws-glue/python-jobs"),
    ):  # fmt: skip
        name = unique("job")
        arguments = {"--spec": spec, "--custom-logGroup-prefix": "/my/logs"}
        more = {"MaxCapacity": 2.0} if command == "glueetl" else {}
        glue.create_job(**job(name, Command={"Name": command, "ScriptLocation": script}, GlueVersion=version, DefaultArguments=arguments, **more))
        done = ended(name, glue.start_job_run(JobName=name)["JobRunId"])
        assert (done["JobRunState"], done["LogGroupName"]) == ("SUCCEEDED", place), done
        assert logs.get_log_events(logGroupName=f"{place}/output", logStreamName=done["Id"])["events"]
    name = unique("job")
    arguments = {"--spec": spec, "--enable-continuous-cloudwatch-log": "true", "--continuous-log-logGroup": "/my/own"}
    glue.create_job(**job(name, Command={"Name": "glueetl", "ScriptLocation": script}, GlueVersion="4.0", MaxCapacity=2.0, DefaultArguments=arguments))
    done = ended(name, glue.start_job_run(JobName=name)["JobRunId"])
    assert logs.get_log_events(logGroupName="/my/own", logStreamName=f"{done['Id']}-driver")["events"]


def job_stop():
    _, name = transform_job("SELECT id, address, n FROM raw")
    run = glue.start_job_run(JobName=name)["JobRunId"]
    answer = glue.batch_stop_job_run(JobName=name, JobRunIds=[run])
    assert answer["SuccessfulSubmissions"] == [{"JobName": name, "JobRunId": run}], answer
    assert ended(name, run)["JobRunState"] == "STOPPED"


main(globals())
