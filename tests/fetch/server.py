"""A local server of files that can be told to misbehave."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Answer(BaseHTTPRequestHandler):
    """Answers with a file of the mirror, or with its next fault."""

    server: Mirror
    timeout = 60  # seconds, after which a client that hangs fails the test

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
        elif self.server.faults:
            self.server.faults.pop(0)(self, content)
        else:
            self.send(content)

    def send(self, content: bytes, length: int | None = None, encoding: str = "identity") -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length or len(content)))
        self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


class Mirror(ThreadingHTTPServer):
    """What a server has by path, what it was asked, and how it answers the next requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.faults: list[Callable[[Answer, bytes], None]] = []


def silent(answer: Answer, _: bytes) -> None:
    answer.rfile.read(1)  # until the client hangs up
    answer.close_connection = True


def endless(answer: Answer, _: bytes) -> None:
    """Answer without saying how much, and never end."""
    answer.send_response(200)
    answer.end_headers()
    try:
        while True:
            answer.wfile.write(bytes(2**16))
    except OSError:
        answer.close_connection = True


@contextmanager
def serving() -> Iterator[Mirror]:
    """Serve on this machine alone, in a thread."""
    with Mirror() as mirror:
        thread = threading.Thread(target=mirror.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield mirror
        mirror.shutdown()
        thread.join(Answer.timeout)
