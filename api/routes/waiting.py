"""Waiting for news in the event loop: one look per process and moment, however many wait (`registry.log.feed.news`)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, TypeVar

from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter

from api.ending import Ending
from registry.registry import Registry

T = TypeVar("T")

Wait = Annotated[
    float, QueryParameter(ge=0, le=3600, description="Seconds to wait for it; capped by the service.")
]
ENDING_SECONDS = 0.25
"""How soon those who wait notice that the service ends."""


class Watch:
    """Wakes those who wait for something after a position of a log. Lives in the event loop; one per application."""

    def __init__(self, registry: Registry, *, most: float, ending: Ending) -> None:
        self._registry = registry
        self._most = most
        self._ending = ending

    async def until(self, log: str, read: Callable[[], T], good: Callable[[T], bool], *, wait: float) -> T:
        """What `read` answers: as soon as it is `good`, or when the time is over, or when the service ends."""
        deadline = time.monotonic() + min(wait, self._most)
        while True:
            position, found = await sync_to_thread(self._read, log, read)
            if good(found) or self._over(deadline):
                return found
            stirred = asyncio.Event()
            while not stirred.is_set() and not self._over(deadline):
                left = min(deadline - time.monotonic(), ENDING_SECONDS)
                await self.news(log, position, stirred, seconds=left)

    def _over(self, deadline: float) -> bool:
        return self._ending.begun or time.monotonic() >= deadline

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
