"""What the measurements share: an endpoint of their own, and the times of a command. report.py keeps what they find."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "target/release"
PIPELINE = ROOT / "pipelines/driven-data/pipeline.json"
sys.path.insert(0, str(ROOT / "scripts"))
from layers import layers  # noqa: E402

LAYERS = layers(PIPELINE)


class Endpoint:
    """An endpoint of its own, with states that take no time: what is measured is the programs. A folder that is given, with
    what an earlier endpoint left in it, stays."""

    def __init__(self, *words, folder=None):
        self.words, self.folder, self.stays = words, folder, folder is not None

    def __enter__(self):
        self.folder = self.folder or tempfile.mkdtemp()
        words = ["serve", "--port", "0", "--dir", self.folder, "--venv", ROOT / ".local/venv", "--pace", "0", "--until-eof"]
        command = [BIN / "local", *words, *self.words]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
        deadline = time.monotonic() + 120
        about = pathlib.Path(self.folder, "endpoint.json")
        while not about.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit("bench: the endpoint did not start; `target/release/local start` says why")
            time.sleep(0.02)
        about = json.loads(about.read_text())
        self.url, self.python = about["url"], about["moto_pid"]
        self.env = {
            **os.environ,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "eu-central-1",
        }
        self.settle()
        return self

    def python_seconds(self):
        """Processor time of its Python."""
        fields = pathlib.Path(f"/proc/{self.python}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def settle(self):
        """Waits until it has loaded what it loads in its first seconds: for a while its Python does nothing."""
        before = -1
        while before != (before := self.python_seconds()):
            time.sleep(0.3)

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        if not self.stays:
            shutil.rmtree(self.folder, ignore_errors=True)

    def calls(self, since):
        with urllib.request.urlopen(f"{self.url}/_local/requests?since={since}") as answer:
            return json.load(answer)

    def count(self):
        calls = self.calls(0)
        return calls[-1]["n"] if calls else 0


def seconds(command, env, cwd=ROOT, stdin=None):
    """How long a command takes by the clock on the wall; the measurement ends where it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, env=env, cwd=cwd, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    took = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"bench: {command} ended with {done.returncode}: {done.stderr[-2000:]}")
    return took


def chain():
    """`up` of the six programs in one pipe, as a command."""
    pipe = " | ".join(f"{BIN / layer} --quiet up" for layer in LAYERS)
    return ["bash", "-o", "pipefail", "-c", f"cat {PIPELINE} | {pipe} > /dev/null"]


def plan():
    """`plan` of the six programs at once, as `just plan` does it."""
    each = " ".join(f"{BIN / layer} --quiet plan < {PIPELINE} > /dev/null & pids+=($!);" for layer in LAYERS)
    return ["bash", "-c", f"{each} for pid in ${{pids[@]}}; do wait $pid || exit; done"]


def down():
    """Everything goes."""
    return ["bash", "-c", f"{BIN / 'teardown'} --quiet --yes < {PIPELINE} > /dev/null"]
