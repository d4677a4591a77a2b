"""Waiting for news in the event loop: one look per process and moment, however many wait (`registry.log.news`)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, TypeVar

from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter

from registry.registry import Registry

T = TypeVar("T")

Wait = Annotated[
    float, QueryParameter(ge=0, le=3600, description="Seconds to wait for it; capped by the service.")
]


class Watch:
    """Wakes those who wait for something after a position of a log. Lives in the event loop; one per application."""

    def __init__(self, registry: Registry, *, most: float) -> None:
        self._registry = registry
        self._most = most

    async def until(self, log: str, read: Callable[[], T], good: Callable[[T], bool], *, wait: float) -> T:
        """What `read` answers: as soon as it is `good`, or when the time is over."""
        deadline = time.monotonic() + min(wait, self._most)
        while True:
            position, found = await sync_to_thread(self._read, log, read)
            left = deadline - time.monotonic()
            if good(found) or left <= 0:
                return found
            await self.news(log, position, asyncio.Event(), seconds=left)

    async def news(self, log: str, position: int, stirred: asyncio.Event, *, seconds: float) -> None:
        """Return when the log has more than `position`, when somebody sets `stirred`, or when the time is over."""
        loop = asyncio.get_running_loop()

        def stir() -> None:
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
                loop.call_soon_threadsafe(stirred.set)

        waiting = self._registry.feed.tell(log, position, stir)
        try:
            async with asyncio.timeout(seconds):
                await stirred.wait()
        except TimeoutError:
            pass
        finally:
            self._registry.feed.forget(waiting)

    def _read(self, log: str, read: Callable[[], T]) -> tuple[int, T]:
        """The position first: whatever is committed after it wakes us."""
        return self._registry.feed.head(log), read()
