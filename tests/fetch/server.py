"""A local server of files that can be told to misbehave."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Mirror:
    """What a server has, what it was asked, and how it answers the next requests.

    Attributes
    ----------
    url : str
        Its address.
    files : dict
        Contents by path.
    asked : list of (path, Range)
        The requests so far.
    faults : list of callable
        How the next requests are answered, in order; after these all is well.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    faults: list[Callable[[Any, bytes], None]] = field(default_factory=list)


class Answer(BaseHTTPRequestHandler):
    """Serves the files of a mirror, with ranges."""

    mirror: Mirror

    def do_GET(self) -> None:
        self.mirror.asked.append((self.path, self.headers.get("Range")))
        content = self.mirror.files.get(self.path)
        if content is None:
            self.send_error(404)
        elif self.mirror.faults:
            self.mirror.faults.pop(0)(self, content)
        else:
            serve(self, content)

    def log_message(self, *_: Any) -> None:
        pass


def serve(answer: Answer, content: bytes) -> None:
    """Answer as a good server does."""
    wanted = answer.headers.get("Range")
    if wanted is None:
        whole(answer, content)
        return
    start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    if start >= len(content):
        answer.send_error(416)
        return
    answer.send_response(206)
    answer.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    answer.send_header("Content-Length", str(len(content) - start))
    answer.end_headers()
    answer.wfile.write(content[start:])


def whole(answer: Answer, content: bytes) -> None:
    """Answer with all of it, whatever range was asked for."""
    answer.send_response(200)
    answer.send_header("Content-Length", str(len(content)))
    answer.end_headers()
    answer.wfile.write(content)


def cut_after(count: int) -> Callable[[Answer, bytes], None]:
    """Answer with as many bytes and hang up, though more were announced."""

    def fault(answer: Answer, content: bytes) -> None:
        start = int((answer.headers.get("Range") or "bytes=0-")[6:-1])
        answer.send_response(206 if start else 200)
        if start:
            answer.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        answer.send_header("Content-Length", str(len(content) - start))
        answer.end_headers()
        answer.wfile.write(content[start : start + count])
        answer.close_connection = True

    return fault


def status(code: int) -> Callable[[Answer, bytes], None]:
    """Answer with an error."""
    return lambda answer, _: answer.send_error(code)


def other_bytes(answer: Answer, content: bytes) -> None:
    """Answer with as many bytes, but others."""
    whole(answer, bytes(255 - byte for byte in content))


def a_page(answer: Answer, _: bytes) -> None:
    """Answer as the login page of a hotel does."""
    whole(answer, b"<html>Please log in</html>")


def endless(answer: Answer, _: bytes) -> None:
    """Answer without saying how much, and never end."""
    answer.send_response(200)
    answer.end_headers()
    try:
        while True:
            answer.wfile.write(bytes(2**16))
    except OSError:
        answer.close_connection = True


def another_range(answer: Answer, content: bytes) -> None:
    """Answer a request for a range with another one."""
    answer.send_response(206)
    answer.send_header("Content-Range", f"bytes 0-{len(content) - 1}/{len(content)}")
    answer.send_header("Content-Length", str(len(content)))
    answer.end_headers()
    answer.wfile.write(content)


def labelled_as_gzip(answer: Answer, content: bytes) -> None:
    """Answer as servers do that take .gz for an encoding of what is in it."""
    answer.send_response(200)
    answer.send_header("Content-Encoding", "x-gzip")
    answer.send_header("Content-Length", str(len(content)))
    answer.end_headers()
    answer.wfile.write(content)


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
            thread.join()
