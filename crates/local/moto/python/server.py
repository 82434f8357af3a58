"""HTTP for one client: `local`, which keeps its connections.

werkzeug's own server closes each connection, starts a thread for each request, and reads headers with the parser for
e-mails. That took twice as long as moto itself.
"""

import io
import socketserver
import sys
import traceback
from urllib.parse import unquote_to_bytes

from werkzeug.serving import DechunkedInput

# What `local` takes for a call that moto cannot do.
BROKEN = ("500 INTERNAL SERVER ERROR", [("Content-Type", "text/html")], b"<!doctype html>")


class Handler(socketserver.StreamRequestHandler):
    """A connection, with any number of requests one after the other."""

    disable_nagle_algorithm = True

    def handle(self):
        try:
            while line := self.rfile.readline().strip():
                words = line.decode("latin-1").split()
                if len(words) != 3 or not self.answer(*words):
                    break
        except ConnectionError:
            # The client has gone.
            pass

    def answer(self, method, target, version):
        """Whether another request may follow."""
        environ = self.environ(method, target)
        # All of the body is read, whatever becomes of it: the next request begins behind it.
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", ""):
            body = DechunkedInput(self.rfile).read()
            environ["CONTENT_LENGTH"] = str(len(body))
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            status, headers, text = called(self.server.application, environ)
        except Exception:  # noqa: BLE001: a fault in moto is one failed call
            traceback.print_exc()
            status, headers, text = BROKEN
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers if name.lower() != "content-length")]
        if method == "HEAD":
            # The length is that of what a GET would bring.
            lines += [f"{name}: {value}" for name, value in headers if name.lower() == "content-length"]
            text = b""
        elif not status.startswith(("204", "304")):
            lines.append(f"Content-Length: {len(text)}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + text)
        return version == "HTTP/1.1" and environ.get("HTTP_CONNECTION", "").lower() != "close"

    def environ(self, method, target):
        """What WSGI calls a request: https://peps.python.org/pep-3333/#environ-variables."""
        path, _, query = target.partition("?")
        environ = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            # moto wants the path as it was sent.
            "REQUEST_URI": target,
            "RAW_URI": target,
            "REMOTE_ADDR": self.client_address[0],
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": "HTTP/1.1",
        }
        while line := self.rfile.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(":")
            if "_" in name:
                # It could be taken for one with a dash.
                continue
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            value = value.strip()
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ


def called(application, environ):
    """Status, headers and the whole body that an application answers."""
    head = []
    answer = application(environ, lambda status, headers, _error=None: head.append((status, headers)))
    try:
        text = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return *head[-1], text


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free loopback port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, application):
        super().__init__(("127.0.0.1", 0), Handler)
        self.application = application
        self.port = self.server_address[1]
