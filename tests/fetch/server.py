"""A local server of files that can be told to misbehave."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Seconds after which a server or a client that hangs fails the test.
LIMIT = 60


@dataclass
class Mirror:
    """A server's address, its files by path, what it was asked, and how it answers next."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: list[Callable[[Any, bytes], None]] = field(default_factory=list)


class Answer(BaseHTTPRequestHandler):
    """Serves the files of a mirror."""

    mirror: Mirror
    timeout = LIMIT

    def do_GET(self) -> None:
        self.mirror.asked.append(self.path)
        content = self.mirror.files.get(self.path)
        if content is None:
            self.send_error(404)
        elif self.mirror.faults:
            self.mirror.faults.pop(0)(self, content)
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


def cut(answer: Answer, content: bytes) -> None:
    """Answer with 1000 bytes and hang up, though more were announced."""
    answer.send(content[:1000], length=len(content))
    answer.close_connection = True


def silent(answer: Answer, _: bytes) -> None:
    """Answer nothing until the client hangs up."""
    answer.rfile.read(1)
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
    mirror = Mirror()
    handler = type("Handler", (Answer,), {"mirror": mirror})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        mirror.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield mirror
        finally:
            server.shutdown()
            thread.join(LIMIT)
