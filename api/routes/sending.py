"""An answer that stays open: sent chunk by chunk at its reader's pace, until it ends, must end, or its reader is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send

from api.negotiating import EVENTS
from api.roles import Caller
from api.routes.answering import Answer
from api.routes.chunks import Taken
from registry.log.feed.feed import Narrowed

LAST_WORDS_SECONDS: Final = 1.0
"""How long a stream that must end may still take to say so."""
SAID: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

_log = structlog.get_logger("api")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of one stream or type, by one actor, or all. After an event of the type `last` nothing comes any more."""

    stream: str | None
    type: str | None = None
    actor: str | None = None
    last: str | None = None

    @property
    def narrowed(self) -> Narrowed:
        """As the feed is asked."""
        return {"stream": self.stream, "type": self.type, "actor": self.actor}


@dataclass(eq=False)
class OpenStream:
    """One reader's stream: how far it was read, and why it ends once it must."""

    caller: Caller
    wanted: Wanted
    after: int
    why: tuple[str, str] | None = None
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, code: str, message: str) -> None:
        self.why = self.why or (code, message)
        self.over.set()
        self.stirred.set()


class EventStream(Response[bytes]):
    """A response that goes on until its reader leaves or the stream ends; taking its place back is part of it."""

    def __init__(
        self,
        stream: OpenStream,
        chunks: AsyncIterator[bytes],
        *,
        stall: float,
        closed: Callable[[], None],
    ) -> None:
        super().__init__(b"", media_type=EVENTS, headers=SAID)
        self._made = partial(_Sending, stream, chunks, stall=stall, closed=closed)

    def to_asgi_response(self, *_: Any, is_head_response: bool = False, **__: Any) -> ASGIResponse:
        return self._made(headers=self.headers, is_head_response=is_head_response)


class Lines(Answer[Any]):
    """An answer of any length, made in a thread chunk by chunk as its reader takes it, and held nowhere."""

    def __init__(self, made: Generator[bytes], caller: Caller, *, media_type: str, stall: float) -> None:
        super().__init__(b"", media_type=media_type, headers=SAID)
        self._taken, self._caller, self._stall = Taken(made), caller, stall

    def to_asgi_response(self, *_: Any, is_head_response: bool = False, **__: Any) -> ASGIResponse:
        return _Sending(
            OpenStream(self._caller, Wanted(None), 0),
            self._taken,
            stall=self._stall,
            closed=self._taken.leave,
            media_type=str(self.media_type),
            headers=self.headers,
            is_head_response=is_head_response,
        )


class _Sending(ASGIResponse):
    _should_set_content_length = False

    def __init__(
        self,
        stream: OpenStream,
        chunks: AsyncIterable[bytes],
        *,
        stall: float,
        closed: Callable[[], None],
        media_type: str = EVENTS,
        **said: Any,
    ) -> None:
        super().__init__(media_type=media_type, **said)
        self._stream, self._chunks, self._stall, self._closed = stream, chunks, stall, closed

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()

    async def send_body(self, send: Send, receive: Receive) -> None:
        sending = asyncio.create_task(self._send(send))
        gone = asyncio.create_task(_gone(receive))
        over = asyncio.create_task(self._stream.over.wait())
        try:
            await asyncio.wait({sending, gone, over}, return_when=asyncio.FIRST_COMPLETED)
            if over.done() and not gone.done():
                await asyncio.wait({sending, gone}, timeout=LAST_WORDS_SECONDS)
        finally:
            for task in (sending, gone, over):
                task.cancel()
            ends = await asyncio.gather(sending, gone, over, return_exceptions=True)
        for failed in ends:
            if isinstance(failed, Exception):  # the answer has begun, so no problem can be told any more
                _log.error("stream_failed", exc_info=failed)

    async def _send(self, send: Send) -> None:
        with suppress(TimeoutError):  # it took nothing for too long
            async for chunk in self._chunks:
                async with asyncio.timeout(self._stall):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
