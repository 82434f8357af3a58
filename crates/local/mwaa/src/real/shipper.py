"""Sends what a process prints to its log group in CloudWatch Logs, as MWAA does."""

import queue
import threading
import time

import boto3
from botocore.config import Config

# How long lines are gathered, in seconds.
PAUSE = 1
# Lines that wait while they cannot be sent; more are left out.
WAITING = 10_000


class Shipper(threading.Thread):
    """One log stream. What cannot be sent is in the environment's own folder all the same."""

    def __init__(self, about, env, name):
        super().__init__(daemon=True)
        self.lines = queue.Queue(WAITING)
        log = about["logs"].get(name)
        if log is None:
            return
        self.group = log["group"]
        self.stream = f"{name.lower()}.log"
        self.client = boto3.client(
            "logs",
            region_name=about["region"],
            endpoint_url=env["AWS_ENDPOINT_URL"],
            aws_access_key_id="local",
            aws_secret_access_key="local",
            # The endpoint is on this machine, whatever proxy leads elsewhere.
            config=Config(retries={"max_attempts": 1}, proxies={}),
        )
        self.start()

    def add(self, line):
        try:
            self.lines.put_nowait((int(time.time() * 1000), line.decode(errors="replace").rstrip() or " "))
        except queue.Full:
            pass

    def run(self):
        made = False
        while True:
            batch = [self.lines.get()]
            time.sleep(PAUSE)
            while len(batch) < 1000 and not self.lines.empty():
                batch.append(self.lines.get())
            events = [{"timestamp": when, "message": text[:200_000]} for when, text in batch]
            try:
                if not made:
                    self.create()
                    made = True
                self.client.put_log_events(logGroupName=self.group, logStreamName=self.stream, logEvents=events)
            except Exception:  # noqa: BLE001 - whatever it is, the next batch tries again
                made = False

    def follow(self, path):
        """Adds what is written to a file, for ever."""
        place = 0
        while True:
            time.sleep(PAUSE)
            if not path.exists():
                continue
            # A file that was truncated is read from its beginning.
            place = place if path.stat().st_size >= place else 0
            with path.open("rb") as log:
                log.seek(place)
                for line in log:
                    self.add(line)
                place = log.tell()

    def create(self):
        try:
            self.client.create_log_stream(logGroupName=self.group, logStreamName=self.stream)
        except self.client.exceptions.ResourceAlreadyExistsException:
            pass
