"""A receiver of webhooks over real HTTP: it remembers what it heard, and answers, stalls or hangs up as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One request: its headers in lower case, its body and its target as they came."""

    headers: dict[str, str]
    raw: bytes
    path: str = "/"

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def body(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.raw)
        return said


@dataclass(frozen=True)
class Answer:
    """What is answered; `after` is waited for first, and status 0 hangs up without a word."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: threading.Event | None = None


OK = Answer()
FAIL = Answer(500, body=b"out of order")


class Receiver:
    """`says` decides each answer; by default everything is taken."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[Heard] = []
        self.says: Callable[[Heard], Answer] = lambda _heard: OK
        self._came = threading.Condition()

    def hear(self, heard: Heard) -> Answer:
        with self._came:
            self.heard.append(heard)
            self._came.notify_all()
        return self.says(heard)

    def wait(self, count: int, *, seconds: float = 10.0) -> list[Heard]:
        """What was heard, once that is so much."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.heard) >= count, seconds), len(self.heard)
            return list(self.heard)

    def positions(self) -> list[int]:
        return [one.body["data"]["position"] for one in self.heard]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            heard = Heard({name.lower(): value for name, value in self.headers.items()}, raw, self.path)
            answer = receiver.hear(heard)
            if answer.after is not None:
                answer.after.wait(20)
            if not answer.status:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in {"content-length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Who hung up before the answer is no news."""

    server = Quiet(("127.0.0.1", 0), Requests)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
