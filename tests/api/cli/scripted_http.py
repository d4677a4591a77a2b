"""A service that says what a test tells it to, one reply after the other, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Reply:
    """What to answer. `cut` sends only so many bytes of the body; `drop` hangs up without a word."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    drop: bool = False


DROPPED = Reply(drop=True)


def says(value: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): said for name, said in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"} | named)


def refuses(status: int, code: str, /, *, headers: Mapping[str, str] | None = None, **members: Any) -> Reply:
    problem = {"type": "about:blank", "title": code, "status": status, "code": code} | members
    return Reply(
        status,
        json.dumps(problem).encode(),
        {"Content-Type": "application/problem+json"} | dict(headers or {}),
    )


def tells(*parts: str | tuple[int, Any], cut: int | None = None) -> Reply:
    """A stream of events: each part a (position, event), or the lines of something else."""
    lines = [
        part if isinstance(part, str) else f"id: {part[0]}\ndata: {json.dumps(part[1])}" for part in parts
    ]
    body = "".join(f"{line}\n\n" for line in lines).encode()
    return Reply(200, body, {"Content-Type": "text/event-stream"}, cut=cut)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Script:
    """Replies yet to be given (the last one is given again and again), and requests taken."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def will(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Acting(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def answer(self) -> None:
        where = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): said for name, said in self.headers.items()}
        self.script.asked.append(Asked(self.command, where.path, dict(parse_qsl(where.query)), headers, body))
        reply = self.script.next()
        self.close_connection = reply.drop or reply.cut is not None
        if reply.drop:
            return
        self.send_response(reply.status)
        for name, said in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut])

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815  the base class wants these names

    def log_message(self, *_: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


@contextmanager
def scripted() -> Iterator[Script]:
    """A running service on a free port of this machine."""
    script = Script()
    server = _Server(("127.0.0.1", 0), type("Acting", (_Acting,), {"script": script}))
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
