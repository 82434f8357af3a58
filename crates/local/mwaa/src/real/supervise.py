"""Runs one Airflow: its processes, their logs, and command lines, until stdin closes.

`local` holds the other end of stdin: when it dies, however it dies, this process ends and takes everything along. The
first line on stdin says what to run, each further one is a command line for `airflow`. Each line on stdout is JSON.
"""

import base64
import ctypes
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import prepare
import psutil
import settings
import shipper

# How often a process may end before Airflow is up, until it is given up; afterwards it is always started again.
TRIES = 3

# What MWAA does not run either: its own processes, and what works on the whole database.
FORBIDDEN = {
    "api-server", "celery", "dag-processor", "db", "kerberos", "rotate-fernet-key", "scheduler", "shell", "standalone",
    "triggerer", "webserver",
}

said = threading.Lock()


def say(**about):
    with said:
        print(json.dumps(about), flush=True)


def adopt():
    """Orphans of our children come to us, not to init (Linux)."""
    try:
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    except (AttributeError, OSError):
        pass


def ours(home):
    """Every process of this Airflow, also those in sessions of their own."""
    found = set(psutil.Process().children(recursive=True))
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get("AIRFLOW_HOME") == home:
                found.add(process)
        except (psutil.Error, OSError):
            continue
    return found


def reap():
    """What came to us and has ended is taken off the list of processes."""
    while True:
        time.sleep(5)
        for child in psutil.Process().children():
            try:
                if child.status() == psutil.STATUS_ZOMBIE and child.pid not in pids:
                    os.waitpid(child.pid, os.WNOHANG)
            except (psutil.Error, ChildProcessError):
                continue


def end_all(home):
    """Ends them all. A killed process may just have started another: so until none is left."""
    for _ in range(50):
        left = [process for process in ours(home) if process.is_running()]
        for process in left:
            try:
                process.kill()
            except psutil.Error:
                pass
        psutil.wait_procs(left, timeout=2)
        if not left:
            return


class Component(threading.Thread):
    """One process: started again when it ends."""

    def __init__(self, name, words, about, env):
        super().__init__(daemon=True)
        self.name, self.words, self.about, self.env = name, words, about, env
        self.log = Path(about["home"]) / f"logs/{name}.log"

    def run(self):
        ship = shipper.Shipper(self.about, self.env, self.name)
        ends = 0
        while True:
            for old in Path(self.about["home"]).glob("airflow-webserver*.pid"):
                if self.name == "WebServer":
                    old.unlink(missing_ok=True)
            begun = time.monotonic()
            child = subprocess.Popen(
                [self.about["airflow"], "-m", "airflow", *self.words],
                env=self.env, cwd=self.about["home"], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            )
            pids.add(child.pid)
            say(started=self.name, pid=child.pid)
            reader = threading.Thread(target=self.read, args=(child.stdout, ship), daemon=True)
            reader.start()
            code = child.wait()
            if self.name != "Scheduler":
                # Its own children would hold the port. Tasks outlive a scheduler, as on MWAA's workers.
                self.end_group(child.pid)
            ends += 1
            reader.join(timeout=2)
            if ends >= TRIES and not up.is_set():
                say(failed=f"airflow {self.words[0]} ended with {code}: {prepare.tail(self.log)}")
                return
            say(ended=self.name, code=code)
            # One that ends at once is not started a hundred times a second.
            time.sleep(1 if time.monotonic() - begun > 30 else 3)

    def read(self, words, ship):
        with self.log.open("ab", buffering=0) as log:
            for line in words:
                log.write(line)
                ship.add(line)

    @staticmethod
    def end_group(pid):
        try:
            os.killpg(pid, signal.SIGKILL)
        except OSError:
            pass


up = threading.Event()
# Processes that a thread of this program waits for.
pids = set()


def command(about, env, asked):
    """One command line, as the host's /aws_mwaa/cli runs it."""
    try:
        words = shlex.split(asked["line"])
        if not words or words[0] in FORBIDDEN:
            raise ValueError(f"the command {' '.join(words[:1])} is not supported here")
        done = subprocess.run(
            [about["airflow"], "-m", "airflow", *words], env=env, capture_output=True, cwd=about["home"],
            stdin=subprocess.DEVNULL, timeout=asked["seconds"],
        )
        code, out, err = done.returncode, done.stdout, done.stderr
    except ValueError as wrong:
        code, out, err = 2, b"", f"airflow: {wrong}\n".encode()
    except subprocess.TimeoutExpired as late:
        code, out, err = 124, late.stdout or b"", (late.stderr or b"") + b"\nThe command took too long."
    say(id=asked["id"], code=code, stdout=base64.b64encode(out).decode(), stderr=base64.b64encode(err).decode())


def main():
    about = json.loads(sys.stdin.readline())
    home = Path(about["home"])
    about["airflow"] = about["python"]
    adopt()
    # Being asked to end is the end of stdin.
    signal.signal(signal.SIGTERM, lambda *_: (end_all(str(home)), os._exit(1)))

    # What a supervisor before this one left, if it was killed.
    end_all(str(home))

    def run():
        try:
            come_up()
        except Exception as why:  # noqa: BLE001 - whatever it is, a caller waits for the answer
            say(failed=f"preparing Airflow failed: {type(why).__name__}: {why}")

    def come_up():
        why = prepare.unpack(about) or prepare.install(about)
        env = settings.environment(about)
        settings.write_files(about)
        why = why or prepare.startup(about, env) or prepare.migrate(about, env)
        if why:
            say(failed=why)
            return
        about["env"] = env
        for name, words in settings.components(about).items():
            Component(name, words, about, env).start()
        for name, path in settings.files(about).items():
            threading.Thread(target=shipper.Shipper(about, env, name).follow, args=(path,), daemon=True).start()

    threading.Thread(target=reap, daemon=True).start()
    threading.Thread(target=run, daemon=True).start()
    keep = False
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.get("up"):
            up.set()
        elif asked.get("keep"):
            keep = True
        else:
            threading.Thread(target=command, args=(about, about["env"], asked), daemon=True).start()
    end_all(str(home))
    if not keep:
        shutil.rmtree(home, ignore_errors=True)
        for empty in home.parents[:2]:
            try:
                empty.rmdir()
            except OSError:
                break
    os._exit(0)


main()
