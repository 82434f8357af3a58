"""What it costs to keep what the endpoint knows, with 500 resources: a start with them against an empty one, and a call that changes
something with keeping against one without.

    python3 scripts/bench/memory.py
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from bench import BIN, ROOT
from report import Report

PYTHON = ROOT / ".local/venv/bin/python"
SCOPE = "Credential=local/20260101/eu-central-1/ssm/aws4_request"
HEADERS = {
    "Authorization": f"AWS4-HMAC-SHA256 {SCOPE}, SignedHeaders=host, Signature=0",
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AmazonSSM.PutParameter",
}


@contextlib.contextmanager
def endpoint(folder):
    """An endpoint in a folder: its address, and the seconds until it answered everything."""
    begun = time.perf_counter()
    command = [BIN / "local", "serve", "--port", "0", "--dir", folder, "--venv", ROOT / ".local/venv", "--until-eof"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    about = pathlib.Path(folder, "endpoint.json")
    while not about.exists():
        time.sleep(0.005)
    url = json.loads(about.read_text())["url"]
    while not health(url)["ready"]:
        time.sleep(0.005)
    yield url, time.perf_counter() - begun
    process.stdin.close()
    process.wait()


def health(url):
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("GET", "/_local/health")
    return json.load(connection.getresponse())


def fill(url):
    env = {**os.environ, "AWS_ENDPOINT_URL": url, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([PYTHON, ROOT / "tests/local/memory.py", "make"], env=env, check=True)


def changes(url, number):
    """Milliseconds for each of so many calls that change a parameter."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    begun = time.perf_counter()
    for i in range(number):
        body = json.dumps({"Name": "/measured", "Value": str(i), "Type": "String", "Overwrite": True})
        connection.request("POST", "/", body=body, headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"bench: PutParameter: {answer.status}")
    return (time.perf_counter() - begun) / number * 1000


@contextlib.contextmanager
def moto(programs, state):
    """moto alone, filled, which keeps what it knows in a file or does not."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("STRATA_")}
    env |= {"STRATA_STATE": str(state)} if state else {}
    command = [PYTHON, programs / "launcher.py"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
    url = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
    fill(url)
    yield url
    process.stdin.close()
    process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=1000)
    options = parser.parse_args()
    full = tempfile.mkdtemp()
    starts, stops, calls = {"full": [], "empty": []}, [], {"kept": [], "not kept": []}
    with endpoint(full) as (url, _):
        fill(url)
    for _ in range(options.rounds):
        empty = tempfile.mkdtemp()
        for name, folder in (("full", full), ("empty", empty)):
            with endpoint(folder) as (url, took):
                starts[name].append(took)
                resources = health(url)["kept"]["resources"]
                # Something has changed, so that the end has something to write.
                changes(url, 1)
                begun = time.perf_counter()
            if name == "full":
                stops.append(time.perf_counter() - begun)
                found = resources
        shutil.rmtree(empty)
    with moto(pathlib.Path(full, "moto"), pathlib.Path(full, "measured.pickle")) as kept, moto(pathlib.Path(full, "moto"), None) as plain:
        for _ in range(options.rounds):
            for name, url in (("kept", kept), ("not kept", plain)):
                calls[name].append(changes(url, options.calls))
    report = Report("memory", "What it costs to keep what the endpoint knows")
    report.compare(f"a start with {found} resources", "an empty one", starts["full"], starts["empty"], "s", at_most=1.5)
    report.compare("a call that changes something", "one that is not kept", calls["kept"], calls["not kept"], "ms", at_most=1.25)
    report.note(f"an end writes everything in {sorted(stops)[len(stops) // 2] * 1000:.0f} ms")
    report.save()
    shutil.rmtree(full)


if __name__ == "__main__":
    main()
