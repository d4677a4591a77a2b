"""Answers that can misbehave: the only asynchronous part, because here a connection stays open or is cut.

A cut is real: the server's protocol (see `process`) puts a function into the request's scope that closes the
socket, and nothing is sent before. An HTTP client then sees "server disconnected without sending a response".
In-process (a test client, no socket) a cut is a ConnectionAbortedError raised by the application.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import orjson
from litestar.types import Receive, Scope, Send

from generation.sandbox.envelope import Answer, Problem, failure
from generation.sandbox.faults import Fault

CUT_EXTENSION = "sandbox.cut"
HANG_UP_EXTENSION = "sandbox.hang_up"


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
            await cut(scope, receive)
            return
        await begin(self.answer, send, len(self.answer.content))
        await send({"type": "http.response.body", "body": self.answer.content, "more_body": False})


def misbehaving(answer: Answer, fault: Fault | None, *, request_id: str) -> Reply:
    """The reply a fault makes of the right answer; without a fault, the right answer."""
    if fault is None:
        return Reply(answer)
    said = replaced(answer, fault, request_id)
    return Reply(
        replace(said, media_type=fault.media_type or said.media_type),
        delay=fault.seconds if fault.do in ("delay", "stall") else 0.0,
        cut=fault.do in ("stall", "drop_before_accept", "drop_after_accept", "drop_mid_body"),
    )


def replaced(answer: Answer, fault: Fault, request_id: str) -> Answer:
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
        case "redirect":
            return Answer(fault.status, b"", "text/plain", headers={"location": fault.location})
        case "echo_missing" | "echo_other" | "no_task_id":
            return _misnamed(answer, fault)
        case _:
            return answer


def _misnamed(answer: Answer, fault: Fault) -> Answer:
    """The right answer with one of its ids gone or another's; a refusal has none and stays."""
    body: dict[str, Any] = orjson.loads(answer.content)
    data = body.get("data")
    if not isinstance(data, dict):
        return answer
    if fault.do == "no_task_id":
        data.pop("task_id", None)
    elif fault.do == "echo_missing":
        data["task_info"] = {}
    else:
        data["task_info"] = {"external_task_id": fault.external_task_id or "of-another-task"}
    return replace(answer, content=orjson.dumps(body))


async def answer_in_mid_body(
    answer: Answer, seconds: float, send: Send, rest: Callable[[], Awaitable[None]]
) -> None:
    """Answer although the body is still coming, and read on for `seconds` at most, so that the answer is not lost in the
    reset that closing an unread connection would be.
    """
    early = replace(answer, headers={**answer.headers, "connection": "close"})
    await begin(early, send, len(early.content))
    await send({"type": "http.response.body", "body": early.content, "more_body": True})
    with suppress(TimeoutError):
        await asyncio.wait_for(rest(), seconds)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def begin(answer: Answer, send: Send, promised: int | None) -> None:
    """Send status and headers; `promised` is the Content-Length, None leaves it out."""
    headers = {"content-type": answer.media_type, **answer.headers}
    if promised is not None:
        headers["content-length"] = str(promised)
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})


def hang_up(scope: Scope) -> None:
    """End our half of the connection: the caller reads the end, while we can still read what it sends."""
    extensions: dict[str, Callable[[], None]] = scope.get("extensions") or {}  # type: ignore[assignment]
    if HANG_UP_EXTENSION in extensions:
        extensions[HANG_UP_EXTENSION]()


async def cut(scope: Scope, receive: Receive) -> None:
    """Close the connection without a byte more; in-process raises ConnectionAbortedError."""
    extensions: dict[str, Callable[[], None]] = scope.get("extensions") or {}  # type: ignore[assignment]
    close = extensions.get(CUT_EXTENSION)
    if close is None:
        raise ConnectionAbortedError("the sandbox cut this connection on order")
    close()
    # Returning earlier would make the server answer 500 for us.
    while (await receive())["type"] != "http.disconnect":
        pass
