"""Python shell jobs with a person's own script. Each function is one check; arguments name those to run."""

import io
import json
import os
import zipfile

from start import SHELL, SPARK, done, ended, failed, lines, look, make, start
from common import bucket, glue, iam, main, put, refused, role, s3, unique, until  # isort: skip


def hello():
    where = bucket()
    name = make(where, "import sys\nprint('hello')\nprint('aside', file=sys.stderr)\n")
    run = start(name)
    found = ended(name, run)
    assert found["JobRunState"] == "SUCCEEDED" and "ErrorMessage" not in found, found
    assert lines(found, "output") == ["hello"], lines(found, "output")
    assert lines(found, "error") == ["aside"], lines(found, "error")


def streaming():
    """Lines are in the log while the script runs, which waits for an object that is put once they were read."""
    where = bucket()
    script = f"""
import time, boto3
print("begun")
while boto3.client("s3").list_objects_v2(Bucket="{where}", Prefix="go")["KeyCount"] == 0:
    time.sleep(0.05)
print("ended")
"""
    name = make(where, script)
    run = start(name)
    until("the first line", lambda: lines(look(name, run), "output") == ["begun"])
    assert look(name, run)["JobRunState"] == "RUNNING"
    put(where, "go", "x")
    assert lines(ended(name, run), "output") == ["begun", "ended"]


def arguments():
    """The job's, the run's, those that cannot be overridden, and Glue's own."""
    script = """
import json, sys
from awsglue.utils import getResolvedOptions
found = getResolvedOptions(sys.argv, ["one", "two", "three"])
assert getResolvedOptions(["x", "--day=2024-09-15", "--more", ""], ["day", "more"])["day"] == "2024-09-15"
print(json.dumps(found))
print(json.dumps(sys.argv[1:]))
"""
    defaults = {"--one": "a", "--two": "b", "--three": "c"}
    name = make(bucket(), script, DefaultArguments=defaults, NonOverridableArguments={"--three": "fixed"})
    resolved, words = map(json.loads, done(name, two="x y", three="other"))
    assert [resolved[key] for key in ("one", "two", "three")] == ["a", "x y", "fixed"], resolved
    assert resolved["job_bookmark_option"] == "job-bookmark-disable", resolved
    assert words[:2] == ["--job-bookmark-option", "job-bookmark-disable"] and "--JOB_NAME" not in words, words
    missing = make(bucket(), "import sys\nfrom awsglue.utils import getResolvedOptions\ngetResolvedOptions(sys.argv, ['day'])\n")
    found = failed(missing)
    assert found["ErrorMessage"] == "GlueArgumentError: the following arguments are required: --day", found


def wheel(name, text):
    """A wheel with one module, as `pip wheel` makes it."""
    bytes_ = io.BytesIO()
    with zipfile.ZipFile(bytes_, "w") as file:
        file.writestr(f"{name}.py", text)
        info = f"{name}-1.0.dist-info"
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return bytes_.getvalue()


def modules():
    """Modules from S3: a file, an archive, a wheel among the files, a wheel among the modules."""
    where = bucket()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("in_zip/__init__.py", "WORD = 'zip'\n")
    put(where, "lib/in_file.py", "WORD = 'file'\n")
    put(where, "lib/more.zip", archive.getvalue())
    put(where, "lib/in_wheel-1.0-py3-none-any.whl", wheel("in_wheel", "WORD = 'wheel'\n"))
    put(where, "lib/in_module-1.0-py3-none-any.whl", wheel("in_module", "WORD = 'module'\n"))
    script = "import in_file, in_zip, in_wheel, in_module\nprint(in_file.WORD, in_zip.WORD, in_wheel.WORD, in_module.WORD)\n"
    lib = f"s3://{where}/lib"
    given = {
        "--extra-py-files": f"{lib}/in_file.py,{lib}/more.zip,{lib}/in_wheel-1.0-py3-none-any.whl",
        "--additional-python-modules": f"{lib}/in_module-1.0-py3-none-any.whl",
    }
    assert done(make(where, script, DefaultArguments=given)) == ["file zip wheel module"]
    found = failed(make(where, script, DefaultArguments={"--extra-py-files": f"{lib}/nope.py"}))
    assert f"{lib}/nope.py" in found["ErrorMessage"] and "NoSuchKey" in found["ErrorMessage"], found


def rights():
    """The script works as the job's role, and sees nothing of the person's."""
    where, owner = bucket(), unique("owner")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName=owner, AssumeRolePolicyDocument=json.dumps(trust))
    script = f"""
import os, boto3
who = boto3.client("sts").get_caller_identity()["Arn"]
boto3.client("s3").put_object(Bucket="{where}", Key="who", Body=who.encode())
print(os.environ["AWS_ACCESS_KEY_ID"], os.environ.get("OF_THE_PERSON"))
"""
    key, person = done(make(where, script, owner=owner))[0].split()
    who = s3.get_object(Bucket=where, Key="who")["Body"].read().decode()
    assert f":assumed-role/{owner}/" in who, who
    assert key.startswith("ASIA") and person == "None", (key, person)
    # The endpoint heard it from the role.
    with open(os.environ["RECORD"]) as record:
        heard = [json.loads(line) for line in record]
    assert any(call["operation"] == "PutObject" and call["path"].endswith("/who") for call in heard)
    other = role({**trust, "Statement": [{**trust["Statement"][0], "Principal": {"Service": "ec2.amazonaws.com"}}]})
    found = failed(make(where, "print(1)\n", owner=other))
    assert "should be given assume role permissions for Glue Service" in found["ErrorMessage"], found


def failures():
    where = bucket()
    found = failed(make(where, "print('before')\nimport a_module_that_is_not_there\n"))
    assert found["ErrorMessage"] == "ModuleNotFoundError: No module named 'a_module_that_is_not_there'", found
    said = lines(found, "error")
    assert said[0].startswith("Traceback") and said[-1] == found["ErrorMessage"] and "launch.py" not in "".join(said), said
    assert lines(found, "output") == ["before"]
    cases = [
        ("def f(:\n", "SyntaxError: invalid syntax"),
        ("raise ValueError('first\\nsecond')\n", "ValueError: first"),
        ("import sys\nsys.exit('no rows')\n", "SystemExit: no rows"),
        ("import os\nos._exit(3)\n", "Command failed with exit code 3"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "Command failed with exit code 137"),
    ]
    runs = [(text, start(name), name, words) for text, words in cases for name in [make(where, text)]]
    for text, run, name, words in runs:
        found = ended(name, run)
        assert (found["JobRunState"], found["ErrorMessage"]) == ("FAILED", words), (text, found)
    assert done(make(where, "import sys\nprint('ok')\nsys.exit(0)\n")) == ["ok"]
    for command, given, words in (
        ({**SPARK, "Name": "glueray"}, {}, "glueray"),
        (SPARK, {"--job-bookmark-option": "job-bookmark-enable"}, "bookmarks"),
        (SPARK, {"--job-language": "scala"}, "Scala"),
        (SPARK, {"--datalake-formats": "delta"}, "--datalake-formats"),
    ):
        found = failed(make(where, "print(1)\n", command, DefaultArguments=given))
        assert words in found["ErrorMessage"] and "local endpoint does not run" in found["ErrorMessage"], found


# A script with a child in a session of its own, which says who both are and never ends.
ENDLESS = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"], start_new_session=True)
print(os.getpid(), child.pid)
time.sleep(3600)
"""


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def processes(name, run):
    said = until("both processes", lambda: lines(look(name, run), "output"))
    pids = [int(word) for word in said[0].split()]
    assert all(map(alive, pids)), pids
    return pids


def stop():
    name = make(bucket(), ENDLESS)
    run = start(name)
    pids = processes(name, run)
    refused("ConcurrentRunsExceededException", name, glue.start_job_run, JobName=name)
    answer = glue.batch_stop_job_run(JobName=name, JobRunIds=[run])
    assert answer["SuccessfulSubmissions"] == [{"JobName": name, "JobRunId": run}], answer
    assert ended(name, run)["JobRunState"] == "STOPPED"
    until("the end of both", lambda: not any(map(alive, pids)))


def timeout():
    """The shortest one is a minute."""
    name = make(bucket(), ENDLESS, Timeout=1)
    run = start(name)
    pids = processes(name, run)
    found = ended(name, run)
    assert found["JobRunState"] == "TIMEOUT" and "1 minutes" in found["ErrorMessage"], found
    until("the end of both", lambda: not any(map(alive, pids)))


def at_once():
    """Two runs of a job that may have two, each with its own arguments and log; a third is refused."""
    where = bucket()
    script = f"""
import sys, time, boto3
from awsglue.utils import getResolvedOptions
word = getResolvedOptions(sys.argv, ["word"])["word"]
s3 = boto3.client("s3")
s3.put_object(Bucket="{where}", Key=f"here/{{word}}")
while s3.list_objects_v2(Bucket="{where}", Prefix="here/")["KeyCount"] < 3:
    time.sleep(0.05)
print(word)
"""
    name = make(where, script, ExecutionProperty={"MaxConcurrentRuns": 2})
    runs = {word: start(name, word=word) for word in ("one", "two")}
    refused("ConcurrentRunsExceededException", name, glue.start_job_run, JobName=name, Arguments={"--word": "three"})
    until("both at work", lambda: s3.list_objects_v2(Bucket=where, Prefix="here/")["KeyCount"] == 2)
    put(where, "here/three", "x")
    for word, run in runs.items():
        found = ended(name, run)
        assert found["JobRunState"] == "SUCCEEDED" and lines(found, "output") == [word], found


def endless():
    """Starts one and prints its processes: the test kills the endpoint then."""
    name = make(bucket(), ENDLESS, SHELL)
    print(*processes(name, start(name)))


main(globals())
