"""Answers that can misbehave: the only asynchronous part, because here a connection stays open or is cut.

A cut is real: the server's protocol (see `process`) puts a function into the request's scope that closes the
socket, and nothing is sent before. An HTTP client then sees "server disconnected without sending a response".
In-process (a test client, no socket) a cut is a ConnectionAbortedError raised by the application.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from litestar.types import Receive, Scope, Send

from generation.sandbox.envelope import Answer, Problem, failure
from generation.sandbox.faults import Fault

CUT_EXTENSION = "sandbox.cut"


@dataclass(frozen=True)
class Reply:
    """An ASGI application that sends one answer: after `delay` seconds, or never when `cut` is set."""

    answer: Answer
    delay: float = 0.0
    cut: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.cut:
            await _cut(scope, receive)
            return
        headers = {"content-type": self.answer.media_type, "content-length": str(len(self.answer.content))}
        pairs = [
            (k.encode("latin-1"), v.encode("latin-1")) for k, v in {**headers, **self.answer.headers}.items()
        ]
        await send({"type": "http.response.start", "status": self.answer.status, "headers": pairs})
        await send({"type": "http.response.body", "body": self.answer.content, "more_body": False})


def misbehaving(answer: Answer, fault: Fault | None, *, request_id: str) -> Reply:
    """The reply a fault makes of the right answer; without a fault, the right answer."""
    if fault is None:
        return Reply(answer)
    return Reply(
        _replaced(answer, fault, request_id),
        delay=fault.seconds if fault.do in ("delay", "stall") else 0.0,
        cut=fault.do in ("stall", "drop_before_accept", "drop_after_accept"),
    )


def _replaced(answer: Answer, fault: Fault, request_id: str) -> Answer:
    """The words a fault puts in the place of the answer; most faults leave them alone."""
    match fault.do:
        case "code":
            problem = Problem(fault.status, fault.code, fault.message or "ordered by the sandbox")
            return failure(problem, request_id=request_id)
        case "html":
            page = f"<html><body><h1>{fault.status}</h1></body></html>".encode()
            return Answer(fault.status, page, "text/html")
        case "truncate_json":
            return replace(answer, content=answer.content[: len(answer.content) // 2])
        case "http_status":
            return Answer(fault.status, b"", "text/plain")
        case _:
            return answer


async def _cut(scope: Scope, receive: Receive) -> None:
    extensions: dict[str, Callable[[], None]] = scope.get("extensions") or {}  # type: ignore[assignment]
    close = extensions.get(CUT_EXTENSION)
    if close is None:
        raise ConnectionAbortedError("the sandbox cut this connection on order")
    close()
    # Returning earlier would make the server answer 500 for us.
    while (await receive())["type"] != "http.disconnect":
        pass
