"""Runs the other emulator (ministack) on a free port of 127.0.0.1 until stdin closes, and writes down each call.

    launch.py RECORD [--bare]

The first line on stdout is the port. RECORD gets one JSON line for each call that was answered: program, verb, service,
operation, mutating, status, code. With --bare nothing is filled in (see fill.py). `POST /_test/hold/N` holds the answer
of the Nth mutating call from now on, and of all that follow; `POST /_test/release` drops them.
"""

import asyncio
import json
import os
import pathlib
import re
import socket
import sys
import threading

import fill
import operation
from asked import body, call, reply

CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type": ?"(?:[^"#]*#)?([^"]+)"')
READS = ("Get", "List", "Describe", "Head", "BatchGet")


class Recorder:
    """The emulator, with each call written down, and answers held where a test asks for it."""

    def __init__(self, app, record):
        self.app, self.record = app, record
        self.until, self.released = None, asyncio.Event()

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["path"].startswith("/_test/"):
            return await self.control(scope["path"].split("/")[2:], send)
        content = await body(receive)
        status, headers, answer = await call(self.app, scope, content)
        if self.note(scope, content, status, answer) and self.until is not None:
            self.until -= 1
            if self.until <= 0:
                await self.released.wait()
                return
        await reply(send, status, headers, answer)

    async def control(self, words, send):
        self.until = int(words[1]) if words[0] == "hold" else None
        self.released.set()
        self.released = asyncio.Event()
        await reply(send, 200, [(b"content-length", b"0")], b"")

    def note(self, scope, content, status, answer):
        """Writes the call down; returns whether it changes anything."""
        headers = {key.decode().lower(): value.decode("latin-1") for key, value in scope["headers"]}
        service = operation.service(headers)
        if service == "?":
            return False
        query = scope["query_string"].decode()
        name = operation.operation(service, scope["method"], scope["path"], query, headers, content)
        who = re.search(r"app/strata-(\w+)\.(\w+)", headers.get("user-agent", ""))
        code = CODE.search(answer) if status >= 400 else None
        line = {
            "program": who and who[1],
            "verb": who and who[2],
            "service": service,
            "operation": name,
            "mutating": not name.startswith(READS),
            "status": status,
            "code": (code[1] or code[2]).decode() if code else str(status) if status >= 400 else None,
        }
        self.record.write(json.dumps(line) + "\n")
        return line["mutating"]


def main():
    record, bare = pathlib.Path(sys.argv[1]), "--bare" in sys.argv
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    # The emulator reads all of this when it is imported.
    os.environ.update(
        GATEWAY_PORT=str(port),
        MINISTACK_REGION="eu-central-1",
        MINISTACK_ACCOUNT_ID="123456789012",
        S3_DATA_DIR=str(record.parent / "s3"),
        TMPDIR=str(record.parent),
        LOG_LEVEL="WARNING",
    )
    import hypercorn.asyncio
    import hypercorn.config
    import ministack.app

    app = ministack.app.app
    config = hypercorn.config.Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "WARNING"
    # A test that dies closes our stdin.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(port, flush=True)
    with open(record, "w", buffering=1) as lines:
        asyncio.run(hypercorn.asyncio.serve(Recorder(app if bare else fill.filled(app), lines), config))


main()
