"""An answer sent chunk by chunk: made in a thread as its caller takes it, and closed when it ends, however it ends.

Litestar's own stream holds itself in a circle, so what a caller leaves in the middle stays open until garbage is looked for: a
file, a connection of a store or of the database.
"""

from __future__ import annotations

from collections.abc import Generator
from threading import Lock
from typing import Any, Generic, Self, TypeVar

from litestar import Response
from litestar.concurrency import sync_to_thread
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

C = TypeVar("C")
Made = Generator[bytes] | Generator[str]


class Chunks(Response[Any]):
    """What a generator makes; it is closed as soon as the answer is sent, has failed, or its caller is gone."""

    def __init__(
        self, made: Made, *, media_type: str, headers: dict[str, str], status_code: int | None = None
    ) -> None:
        super().__init__(b"", headers=headers, media_type=media_type, status_code=status_code)
        self._taken: Taken[Any] = Taken(made)

    def to_asgi_response(
        self,
        *_: Any,
        headers: dict[str, str] | None = None,
        is_head_response: bool = False,
        status_code: int | None = None,
        **__: Any,
    ) -> ASGIResponse:
        return _Sending(
            self._taken,
            headers={**(headers or {}), **self.headers},
            is_head_response=is_head_response,
            media_type=self.media_type,
            status_code=self.status_code or status_code,
        )


class _Sending(ASGIStreamingResponse):
    def __init__(self, taken: Taken[Any], **said: Any) -> None:
        super().__init__(iterator=taken, content_length=0, **said)
        self._taken = taken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._taken.leave()


class Taken(Generic[C]):
    """Chunks of a generator, each made in a thread; whoever takes them leaves at last, which closes it."""

    def __init__(self, made: Generator[C]) -> None:
        self._made = made
        self._taking = Lock()
        self._left = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> C:
        chunk = await sync_to_thread(self._next)
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def leave(self) -> None:
        """No more is wanted. A thread that makes a chunk just now, which nobody can stop, closes behind itself."""
        self._left = True
        if self._taking.acquire(blocking=False):
            try:
                self._made.close()
            finally:
                self._taking.release()

    def _next(self) -> C | None:
        with self._taking:
            chunk = next(self._made, None)
        if self._left:
            self.leave()
        return chunk
