"""Objects for measurements of S3: moto alone, our endpoint, and plain HTTP, which costs less than what is measured."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".local/bench-venv/bin"

SCOPE = "Credential=local/20260101/eu-central-1/s3/aws4_request"
HEADERS = {"Authorization": f"AWS4-HMAC-SHA256 {SCOPE}, SignedHeaders=host, Signature=0"}


def fill(url, bucket, keys, body, threads=4):
    """Writes the body under each key; a key that comes again makes another version. moto and ours check no signature."""
    host = urllib.parse.urlparse(url).netloc

    def write(mine):
        connection = http.client.HTTPConnection(host)
        for key in mine:
            connection.request("PUT", f"/{bucket}/{key}", body=body, headers=HEADERS)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"bench: writing s3://{bucket}/{key}: {answer.status}")

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, [keys[start::threads] for start in range(threads)]))


def tell(url, method, path, body=b"", more=None):
    """One request; the answer's body."""
    connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)
    connection.request(method, path, body=body, headers={**HEADERS, **(more or {})})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"bench: {method} {path}: {answer.status} {text[:300]}")
    return text


def bucket(url, name, versions=False):
    """A new bucket."""
    place = b"<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
    tell(url, "PUT", f"/{name}", place)
    if versions:
        kept = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        tell(url, "PUT", f"/{name}?versioning", kept)


def peak(pid):
    """The most memory that a process ever had, in MB."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def pid(endpoint):
    return json.loads(pathlib.Path(endpoint.folder, "endpoint.json").read_text())["pid"]


class Moto:
    """moto's own server, as it comes, from the Python environment of the endpoint."""

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.folder = tempfile.mkdtemp()
        words = [ROOT / ".local/venv/bin/moto_server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    sys.exit("bench: moto_server does not answer")
                time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port}"
        keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "eu-central-1"}
        self.env = {**os.environ, **keys, "AWS_ENDPOINT_URL": self.url}
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.rmdir(self.folder)
