"""Makes the virtual environment of a kind of job, once, when a job first asks for it: all packages of its pinned list.

    python environment.py CACHE UV_VERSION shell|analytics|spark      prints its interpreter

It is made in a folder next to its place and then moved there, so that what is there is whole.
"""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# PySpark 3.5 runs on it, and Glue 5 has it. uv uses the one that is installed, or fetches one.
PYTHON = "3.11"
ADVICE = "check the connection to the Python package index (uv's settings apply), then start the job again"


class Failed(Exception):
    """A sentence that tells a person what to do."""


def run(what, words):
    words = [str(word) for word in words]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        raise Failed(f"{what} failed: {' '.join(done.stdout.split())[-700:].rstrip('.')}; {ADVICE}")


def locked(path):
    """Several endpoints may want it at once. The kernel lets go of the lock of one that is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def uv(cache, version):
    """The installer, of one version, in a folder that Airflow's installer uses, too."""
    tool = cache / f"uv-{version}/bin/uv"
    if not tool.exists():
        with locked(cache / "airflow.lock"):
            folder = tool.parent.parent
            new = folder.with_name(f"{folder.name}.new")
            if not tool.exists():
                shutil.rmtree(new, ignore_errors=True)
                pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
                run("installing uv", [*pip, "--target", new, f"uv=={version}"])
                new.rename(folder)
    return tool


def ensure(cache, version, name, say):
    """The interpreter. Another folder when the list changes, so that none changes under a running job."""
    packages = HERE / f"requirements-{name}.txt"
    folder = cache / f"glue-{name}-{hashlib.sha256(packages.read_bytes()).hexdigest()[:8]}"
    if not folder.exists():
        with locked(cache / f"glue-{name}.lock"):
            if not folder.exists():
                make(uv(cache, version), folder, packages, say)
    return folder / "bin/python"


def make(tool, folder, packages, say):
    count = sum("==" in line for line in packages.read_text().splitlines())
    say(f"The local endpoint installs {count} Python packages for jobs of this kind (once).")
    begun = time.monotonic()
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    run(f"making a virtual environment with Python {PYTHON}", [tool, "venv", "--quiet", "--relocatable", "--python", PYTHON, new])
    # Not compiled: a script writes the bytecode of what it imports, and that is little of it.
    words = ["pip", "install", "--quiet", "--python", new / "bin/python", "--requirement", packages]
    run("installing the packages of Glue jobs", [tool, *words])
    new.rename(folder)
    say(f"They are installed ({time.monotonic() - begun:.0f} s).")


def add(tool, python, folder, options, modules):
    """Installs modules of the job's own into a folder for PYTHONPATH."""
    words = ["pip", "install", "--quiet", "--python", python, "--target", folder, *options, *modules]
    run(f"installing {', '.join(pathlib.Path(str(one)).name for one in modules)}", [tool, *words])


if __name__ == "__main__":
    try:
        print(ensure(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], lambda text: print(text, file=sys.stderr)))
    except Failed as why:
        sys.exit(str(why))
