"""Runs one job: its environment, its modules, its script, until the script ends or stdin closes.

`local` holds the other end of stdin: when the run is stopped or `local` dies, however it dies, this process ends and takes
everything along. The line of JSON on stdin says what to run. Each line on stdout is JSON: a line of the script's stdout
(`out`) or stderr (`err`), and last how it ended (`end`: nothing, or the run's ErrorMessage).
"""

import ctypes
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

import environment
import jars
import spark

HERE = pathlib.Path(__file__).resolve().parent
LINUX = sys.platform.startswith("linux")
# What fetches packages is not the script's business.
KEPT_BACK = ("UV_", "PIP_", "XDG_", "AWS_", "PYTHONDONTWRITEBYTECODE")

said = threading.Lock()
groups = []


def say(**about):
    try:
        with said:
            sys.stdout.write(json.dumps(about) + "\n")
            sys.stdout.flush()
    except OSError:
        # The run was stopped: the end of stdin says so, too.
        pass


def note(text):
    say(err=text)


def control(number, value):
    if LINUX:
        ctypes.CDLL(None).prctl(number, value, 0, 0, 0)


def children():
    """Ours, and since we adopt them (PR_SET_CHILD_SUBREAPER) those of children that have ended."""
    found = []
    for entry in pathlib.Path("/proc").iterdir() if LINUX else ():
        try:
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.append(int(entry.name))
        except (OSError, IndexError):
            continue
    return found


def end_all():
    """Kills everything that was started. A killed process leaves its children to us: so until none is left."""
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except OSError:
            pass
    for _ in range(200):
        left = children()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)
            except OSError:
                pass
        if not left:
            return
        time.sleep(0.01)


def end_with_parent(folder):
    sys.stdin.read()
    end_all()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def in_child():
    os.setsid()
    # Should this process be killed, the script goes, too.
    control(1, signal.SIGKILL)


def read(pipe, kind):
    for line in pipe:
        say(**{kind: line.rstrip("\n")})


def prepare(about):
    """The interpreter, and what the script's environment has."""
    folder, cache, version = pathlib.Path(about["folder"]), pathlib.Path(about["cache"]), about["uv"]
    is_spark = about["set"] == "spark"
    if is_spark and (why := spark.no_java()):
        raise environment.Failed(why)
    python = environment.ensure(cache, version, about["set"], note)
    env = {name: value for name, value in os.environ.items() if not name.startswith(KEPT_BACK)} | about["env"]
    direct = [env.get("NO_PROXY") or env.get("no_proxy", ""), "127.0.0.1", "localhost"]
    env["NO_PROXY"] = env["no_proxy"] = ",".join(filter(None, direct))
    own, site, path = folder / "py-files", folder / "site", []
    files = [pathlib.Path(one) for one in about["py_files"]]
    modules = about["modules"] + [str(one) for one in files if one.suffix == ".whl"]
    if modules:
        options = shlex.split(about["installer_option"])
        environment.add(environment.uv(cache, version), python, site, options, modules)
        path.append(site)
    path += [own, *(one for one in files if one.suffix in (".zip", ".egg")), HERE / "lib"]
    (folder / "tmp").mkdir()
    env |= {
        "PATH": os.pathsep.join([str(python.parent), env.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(str(one) for one in path),
        # A log is read while the script runs.
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(folder / "tmp"),
    }
    if is_spark:
        if "--enable-glue-datacatalog" in about["arguments"]:
            note("Spark SQL does not see the Data Catalog here (--enable-glue-datacatalog): use create_dynamic_frame.from_catalog.")
        try:
            found = [*jars.ensure(cache / "spark-jars"), *about["jars"]]
        except RuntimeError as why:
            raise environment.Failed(f"fetching the jars with which Spark reads S3: {why}; {environment.ADVICE}") from why
        env |= spark.write(folder, about["env"]["AWS_ENDPOINT_URL"], found, about["conf"])
        env |= {"PYSPARK_PYTHON": str(python), "PYSPARK_DRIVER_PYTHON": str(python)}
    return python, env


def run(about):
    """Why the run failed, or nothing."""
    try:
        python, env = prepare(about)
    except (environment.Failed, OSError) as why:
        return f"The local endpoint could not prepare the job's environment: {why}"
    folder = pathlib.Path(about["folder"])
    report = folder / "report"
    words = [python, HERE / "launch.py", report, about["set"], about["script"], *about["arguments"]]
    child = subprocess.Popen(
        [str(word) for word in words], env=env, cwd=folder / "work", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", preexec_fn=in_child,
    )
    groups.append(child.pid)
    readers = [threading.Thread(target=read, args=pair, daemon=True) for pair in ((child.stdout, "out"), (child.stderr, "err"))]
    for reader in readers:
        reader.start()
    code = child.wait()
    # What the script left running ends with it, as at AWS; it would keep the pipes open.
    end_all()
    for reader in readers:
        reader.join(timeout=10)
    if code == 0:
        return None
    told = report.read_text() if report.exists() else ""
    return told or f"Command failed with exit code {code if code > 0 else 128 - code}"


def main():
    about = json.loads(sys.stdin.readline())
    control(36, 1)  # PR_SET_CHILD_SUBREAPER
    threading.Thread(target=end_with_parent, args=(about["folder"],), daemon=True).start()
    try:
        why = run(about)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run must end with it
        why = f"The local endpoint could not run the job: {type(error).__name__}: {error}"
    end_all()
    shutil.rmtree(about["folder"], ignore_errors=True)
    say(end=why)
    os._exit(0)


main()
