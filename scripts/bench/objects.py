"""An object of 1 GiB into an S3 endpoint and out of it: ours against moto alone, each with the same clients in turn.

Plain HTTP (sendfile up, one buffer down) shows what the endpoint can do; s5cmd and `aws s3 cp` have their own limits.
`--full` holds them against each other with 1 GiB; by default that is an eighth, since moto alone takes a minute for 1 GiB."""

import http.client
import os
import pathlib
import sys
import tempfile
import urllib.parse

from bench import Endpoint, seconds
from buckets import HEADERS, TOOLS, Moto, bucket, peak, pid
from report import Report
from time import perf_counter

MIB = 1 << 20
LARGE = 1024 * MIB
ROUNDS = 5


def connect(url):
    return http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)


def plain_up(end, file, size):
    connection = connect(end.url)
    connection.putrequest("PUT", f"/objects/plain-{size}")
    for name, value in {**HEADERS, "Content-Length": str(size)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    with open(file, "rb") as body:
        connection.sock.sendfile(body)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status


def plain_down(end, _file, size):
    connection = connect(end.url)
    connection.request("GET", f"/objects/plain-{size}", headers=HEADERS)
    answer, buffer, total = connection.getresponse(), bytearray(MIB), 0
    while count := answer.readinto(buffer):
        total += count
    assert total == size, total


def s5cmd(end, *words):
    seconds([TOOLS / "s5cmd", "--endpoint-url", end.url, "--log", "error", "cp", *words], end.env)


def cli(end, *words):
    seconds([TOOLS / "aws", "s3", "cp", "--only-show-errors", *words], end.env)


CLIENTS = {
    "plain HTTP": (plain_up, plain_down),
    "s5cmd": (
        lambda end, file, _: s5cmd(end, file, "s3://objects/s5cmd"),
        lambda end, file, _: s5cmd(end, "s3://objects/s5cmd", f"{file}.back"),
    ),
    "aws s3 cp": (
        lambda end, file, _: cli(end, file, "s3://objects/cli"),
        lambda end, file, _: cli(end, "s3://objects/cli", f"{file}.back"),
    ),
}


def rate(work, end, file, size):
    begun = perf_counter()
    work(end, file, size)
    return size / 1e6 / (perf_counter() - begun)


def file_of(folder, size):
    path = pathlib.Path(folder, str(size))
    with open(path, "wb") as file:
        for _ in range(size // (16 * MIB)):
            file.write(os.urandom(16 * MIB))
    return str(path)


def memory(file):
    """The most that an endpoint of its own ever needed for one object, up and down, in MB: round by round."""
    found = []
    for _ in range(ROUNDS):
        with Endpoint() as end:
            bucket(end.url, "objects")
            for work in CLIENTS["plain HTTP"]:
                work(end, file, os.path.getsize(file))
            found.append(peak(pid(end)))
    return found


def main():
    report = Report("objects", "Objects through the local endpoint")
    full = "--full" in sys.argv
    size = LARGE if full else LARGE // 8
    folder = tempfile.TemporaryDirectory()
    large, same, tiny = (file_of(folder.name, one) for one in (LARGE, size, 16 * MIB))
    grown = [memory(tiny), memory(large)]
    report.compare("memory of the endpoint after 1 GiB each way", "after 16 MiB", *grown[::-1], "MB", at_most=1.25)
    with Endpoint() as ours:
        bucket(ours.url, "objects")
        with Moto() as moto:
            bucket(moto.url, "objects")
            for name, works in CLIENTS.items():
                for way, work in zip(("upload", "download"), works):
                    if name != "aws s3 cp":
                        goal = 500 if name == "plain HTTP" else None
                        rates = [rate(work, ours, large, LARGE) for _ in range(ROUNDS)]
                        report.bound(f"{way} of 1 GiB, {name}", rates, "MB/s", at_least=goal)
                    pairs = [(rate(work, ours, same, size), rate(work, moto, same, size)) for _ in range(ROUNDS)]
                    our, their = map(list, zip(*pairs))
                    report.compare(f"{way} of {size // MIB} MiB, {name}", "moto alone", our, their, "MB/s")
        report.bound("memory of the endpoint after all of it", [peak(pid(ours))], "MB")
    report.note(
        "the figure for the endpoint is that of plain HTTP: one connection, one PUT or GET, sendfile from the page cache; "
        "s5cmd (parts of 50 MB, five at once) and the AWS CLI compute checksums on the same two cores"
    )
    if not full:
        report.note("against moto alone: 128 MiB (`--full`: 1 GiB); the start of s5cmd and of the AWS CLI is in their times")
    report.save()


main()
