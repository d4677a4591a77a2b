"""Downloads gone wrong: films that are cut, too long, too short, too large, or no films at all."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

from litestar.types import ASGIApp, Receive, Scope, Send
from PIL import Image

from generation.sandbox.envelope import Answer
from generation.sandbox.faults import Fault
from generation.sandbox.replies import begin, cut, misbehaving

_PART = bytes(256 * 1024)


@dataclass(frozen=True)
class Stream:
    """An ASGI application that sends `size` bytes, the content first and then zeros, after promising `promised`; without
    a promise the end of the body is the end of the chunks. Fewer bytes than promised end in a cut.
    """

    answer: Answer
    size: int
    promised: int | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await begin(self.answer, send, self.promised)
        sent = min(self.size, len(self.answer.content))
        await _body(send, self.answer.content[:sent])
        while sent < self.size:
            part = _PART[: self.size - sent]
            await _body(send, part)
            sent += len(part)
        if self.promised is not None and sent < self.promised:
            await cut(scope, receive)
            return
        await _body(send, b"", more=False)


def spoilt(answer: Answer, fault: Fault | None, *, request_id: str) -> ASGIApp:
    """The download a fault makes of the right one; a refusal is not spoilt further by deeds that need a film."""
    if fault is None or answer.status != 200:
        return misbehaving(answer, fault, request_id=request_id)
    length = len(answer.content)
    told = replace(answer, media_type=fault.media_type or answer.media_type)
    match fault.do:
        case "cut_short":
            return Stream(told, length // 2, length)
        case "oversize":
            return Stream(told, fault.size, fault.size if fault.declared else None)
        case "shorten":
            return misbehaving(
                replace(told, content=answer.content[: length // 2]), None, request_id=request_id
            )
        case "png":
            picture = Answer(200, _picture(), fault.media_type or "image/png")
            return misbehaving(picture, None, request_id=request_id)
        case _:
            return misbehaving(answer, fault, request_id=request_id)


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(buffer, "PNG")
    return buffer.getvalue()


async def _body(send: Send, content: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": more})
