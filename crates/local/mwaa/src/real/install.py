"""Makes a virtual environment with one Airflow, once: all packages of its pinned list, and an empty database.

The line of JSON on stdin says where and what. It is made in a folder next to its place and then moved there, so that
what is there is whole. `local` holds the other end of stdin: when it dies, this ends, and the next one starts from the
beginning.
"""

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

running = []


def end_with_parent():
    sys.stdin.read()
    for child in running:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except OSError:
            pass
    os._exit(1)


def run(what, words, **more):
    child = subprocess.Popen(
        [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True, **more,
    )
    running.append(child)
    words, _ = child.communicate()
    running.remove(child)
    if child.returncode != 0:
        print(f"{what} failed: {words.strip()[-1500:]}", flush=True)
        os._exit(1)


def say(text):
    print(f"local: {text}", file=sys.stderr, flush=True)


def uv(about):
    """The installer, of one version, in a folder of its own."""
    folder = Path(about["uv"]).parent.parent
    if not Path(about["uv"]).exists():
        new = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        run("installing uv", [*pip, "--target", new, f"uv=={about['uv_version']}"])
        new.rename(folder)
    return about["uv"]


def make(about):
    venv, version = Path(about["venv"]), about["version"]
    for old in venv.parent.glob(f"{venv.name}.new*"):
        shutil.rmtree(old, ignore_errors=True)
    new = venv.with_name(f"{venv.name}.new")
    count = sum("==" in line for line in about["requirements"].splitlines())
    say(f"installing Apache Airflow {version}: {count} Python packages, 250 MB (once; about a minute)")
    begun = time.monotonic()
    tool = uv(about)
    run("making a virtual environment with Python 3.11", [tool, "venv", "--quiet", "--relocatable", "--python", "3.11", new])
    (new / "requirements.txt").write_text(about["requirements"])
    python = new / "bin/python"
    run("uv pip install", [tool, "pip", "install", "--quiet", "--python", python, "-r", new / "requirements.txt"])
    home, database = new / "empty", new / "airflow.db"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))}
    env |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{database}",
    }
    run("airflow db migrate", [python, "-m", "airflow", "db", "migrate"], env=env)
    # One who writes does not stop those who read.
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    shutil.rmtree(home)
    new.rename(venv)
    say(f"Apache Airflow {version} is installed ({time.monotonic() - begun:.0f} s)")


def main():
    about = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    parent = Path(about["venv"]).parent
    parent.mkdir(parents=True, exist_ok=True)
    # Several endpoints may want it at once. The kernel lets go of the lock of one that is killed.
    with open(parent / "airflow.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not Path(about["venv"]).exists():
            make(about)
    os._exit(0)


main()
