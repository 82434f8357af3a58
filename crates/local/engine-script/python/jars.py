"""The jars with which Spark reads S3, fetched where they are missing.

Maven's registry is not needed: sagemaker-pyspark on PyPI carries hadoop-aws and the AWS SDK in its source archive (180 MB).
PySpark 3.5 brings Hadoop 3.3.4, and these are of 3.3.1: one line of releases, and the calls that S3A makes are there.
"""

import fcntl
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

PACKAGE = "sagemaker-pyspark==1.4.5"
JARS = ["hadoop-aws-3.3.1.jar", "aws-java-sdk-bundle-1.11.901.jar"]


def ensure(folder):
    """Their paths in the folder. An error is a RuntimeError."""
    found = [folder / name for name in JARS]
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all(path.exists() for path in found):
            fetch(folder)
    return found


def fetch(to):
    with tempfile.TemporaryDirectory(dir=to) as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", folder, PACKAGE]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(pip)}: {done.stdout}{done.stderr}")
        (archive,) = pathlib.Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as members:
            for member in members:
                name = os.path.basename(member.name)
                if name in JARS:
                    temporary = pathlib.Path(folder, name)
                    temporary.write_bytes(members.extractfile(member).read())
                    temporary.rename(to / name)
