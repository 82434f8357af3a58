"""What is done before Airflow starts: plugins, packages, the startup script, the database. Each says what went wrong."""

import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

# How much of a log is told when it goes wrong.
TAIL = 1500


def tail(log):
    text = log.read_text(errors="replace") if log.exists() else ""
    return text[-TAIL:].strip()


def migrate(about, env):
    """The database: what is there, or a copy of the empty one that was made with the virtual environment."""
    home = Path(about["home"])
    same, database = home / "version", home / "airflow.db"
    if database.exists():
        bury(database)
    if same.exists() and same.read_text() == about["version"]:
        return None
    if not database.exists():
        # Whole or not at all: half of one would be taken for what was there.
        shutil.copyfile(Path(about["python"]).parent.parent / "airflow.db", home / "airflow.db.new")
        (home / "airflow.db.new").rename(database)
        same.write_text(about["version"])
        return None
    done = subprocess.run(
        [about["airflow"], "-m", "airflow", "db", "migrate"],
        env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=home, errors="replace",
    )
    if done.returncode != 0:
        return f"airflow db migrate ended with {done.returncode}: {(done.stdout + done.stderr)[-TAIL:].strip()}"
    same.write_text(about["version"])
    return None


def bury(database):
    """Says that the processes before these have ended, as they have.

    Airflow would find out after five minutes without a heartbeat. So the scheduler that starts now takes on the tasks
    which its predecessor queued or ran, and each of them starts again with its next try.
    """
    with sqlite3.connect(database, timeout=60) as connection:
        connection.execute("UPDATE job SET state = 'failed', end_date = latest_heartbeat WHERE state = 'running'")
    connection.close()


def install(about):
    """The environment's own packages: a virtual environment with Airflow's list and the requirements, in one go.

    What contradicts Airflow's own packages is an error. They come out of uv's cache, so that this costs little.
    """
    home = Path(about["home"])
    wanted = home / "requirements.txt"
    shared, own = Path(about["python"]).parent.parent, home / "venv"
    # MWAA's users name Airflow's constraints; the pinned list replaces them. Paths are those of MWAA's machines.
    lines = wanted.read_text(errors="replace").replace("/usr/local/airflow/", f"{home}/").splitlines()
    lines = [line for line in lines if not line.strip().startswith(("--constraint http", "--constraint \"http", "-c http"))]
    if not [line for line in lines if line.strip() and not line.strip().startswith("#")]:
        return None
    wanted.write_text("\n".join(lines) + "\n")
    for words in (
        ["venv", "--quiet", "--clear", "--python", about["python"], str(own)],
        ["pip", "install", "--quiet", "--python", str(own / "bin/python"), "-r", str(shared / "requirements.txt"), "-r", str(wanted)],
    ):
        done = subprocess.run([about["uv"], *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=home)
        if done.returncode != 0:
            return f"installing {about['requirements']} failed: {(done.stderr + done.stdout)[-TAIL:].strip()}"
    about["airflow"] = str(own / "bin/python")
    return None


def unpack(about):
    """plugins.zip, whole and new."""
    home = Path(about["home"])
    shutil.rmtree(home / "plugins", ignore_errors=True)
    (home / "plugins").mkdir()
    if (home / "plugins.zip").exists():
        try:
            zipfile.ZipFile(home / "plugins.zip").extractall(home / "plugins")
        except (zipfile.BadZipFile, OSError) as why:
            return f"unpacking plugins.zip failed: {why}"
    return None


def startup(about, env):
    """Runs the startup script; what it exports is for every process of Airflow."""
    home = Path(about["home"])
    if not (home / "startup.sh").exists():
        return None
    words = ". ./startup.sh > logs/startup.log 2>&1 && env -0"
    done = subprocess.run(["bash", "-c", words], env=env, cwd=home, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        return f"the startup script ended with {done.returncode}: {tail(home / 'logs/startup.log')}"
    exported = (pair.split("=", 1) for pair in done.stdout.decode(errors="replace").split("\0") if "=" in pair)
    env.update({name: value for name, value in exported if name not in ("_", "SHLVL", "PWD", "OLDPWD")})
    return None
