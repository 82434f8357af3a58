"""What moto knows is kept in a file and is there again after a restart, as it was: ids, tags, secrets.

A thread writes the file a moment after a change, never in the middle of one. The last change is written when this process ends,
which it does however `local` ends; so only the end of both at once loses that moment.
"""

import fcntl
import os
import pickle
import sys
import threading
import time
from pathlib import Path

from moto import __version__
from moto.core.responses import BaseResponse
from moto.moto_api._internal.models import MotoAPIBackend

import snapshot

# The file; without it nothing is kept.
FILE = os.environ.get("STRATA_STATE")
# Written by another one of these, it cannot be read.
FORM = f"strata 1, moto {__version__}, Python {sys.version_info.major}.{sys.version_info.minor}"
# Receiving may wait twenty seconds for a message.
READS = ("Describe", "Get", "List", "BatchGet", "Receive")
# A change is written after so many seconds, and writing takes one part in so many of the time.
PAUSE, SHARE = 0.1, 10
# How many seconds the last snapshot waits for calls that are under way, and a start for the process before it.
PATIENCE = 5

changed = threading.Event()
writing = threading.Lock()
gate = threading.Condition()
under_way = 0
is_closed = False


def patch():
    if FILE:
        BaseResponse.call_action = counted(BaseResponse.call_action)
        MotoAPIBackend.reset = forgetting(MotoAPIBackend.reset)


def counted(call_action):
    def called(self):
        global under_way
        if self._get_action().startswith(READS):
            return call_action(self)
        with gate:
            gate.wait_for(lambda: not is_closed)
            under_way += 1
        try:
            return call_action(self)
        finally:
            with gate:
                under_way -= 1
                gate.notify_all()
            changed.set()

    return called


def forgetting(reset):
    def forgotten(self):
        with writing:
            reset(self)
            snapshot.taken.clear()
            changed.clear()
            Path(FILE).unlink(missing_ok=True)

    return forgotten


def keep():
    """Writes after each change, for ever."""
    while FILE:
        changed.wait()
        time.sleep(PAUSE)
        begun = time.monotonic()
        try:
            write()
        except OSError as why:
            print(f"writing {FILE}: {why}", file=sys.stderr, flush=True)
        time.sleep((time.monotonic() - begun) * (SHARE - 1))


def write():
    """Writes what there is, if it has changed since it was written."""
    global is_closed
    if not FILE or not changed.is_set():
        return
    with writing:
        with gate:
            is_closed = True
            gate.wait_for(lambda: not under_way, PATIENCE)
        try:
            changed.clear()
            pieces = snapshot.take()
        finally:
            with gate:
                is_closed = False
                gate.notify_all()
        scratch = FILE + ".new"
        with open(scratch, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            pickle.dump(FORM, file)
            pickle.dump(pieces, file)
        os.replace(scratch, FILE)


def restore():
    """Has to come before anything is asked. The answer: how many resources there are again, and why not, if not."""
    if not FILE:
        return 0, None
    wait_for_predecessor()
    try:
        with open(FILE, "rb") as file:
            form = pickle.load(file)
            if form != FORM:
                raise ValueError(f"it was written by {form}, and this is {FORM}")
            return snapshot.give_back(pickle.load(file)), None
    except FileNotFoundError:
        return 0, None
    except Exception as why:  # noqa: BLE001: a broken pickle may raise anything
        aside = FILE + ".unread"
        os.replace(FILE, aside)
        return 0, f"what moto knew cannot be read: {why}; the file is now {aside}, and moto starts empty"


def wait_for_predecessor():
    """One that lost its `local` may still be writing. The kernel lets go of the lock when a process ends."""
    lock = os.open(FILE + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise SystemExit(f"another endpoint uses {Path(FILE).parent}") from None
            time.sleep(0.01)
