"""Waiting for news: one look per log and moment, however many wait for it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter

from api.ending import Ending
from registry.registry import Registry

T = TypeVar("T")

Wait = Annotated[
    float, QueryParameter(ge=0, le=3600, description="Seconds to wait for it; capped by the service.")
]
LOOK_SECONDS: Final = 0.1


class Watch:
    """Wakes those who wait for something after a position of a log. Lives in the event loop; one per application."""

    def __init__(self, registry: Registry, *, most: float, ending: Ending) -> None:
        self._registry = registry
        self._most = most
        self._ending = ending
        self._waiting: dict[str, list[tuple[int, asyncio.Future[None]]]] = defaultdict(list)
        self._looking: asyncio.Task[None] | None = None

    async def until(self, log: str, read: Callable[[], T], good: Callable[[T], bool], *, wait: float) -> T:
        """What `read` answers: as soon as it is `good`, or when the time is over, or when the service ends."""
        deadline = time.monotonic() + min(wait, self._most)
        while True:
            position, found = await sync_to_thread(self._read, log, read)
            left = deadline - time.monotonic()
            if good(found) or left <= 0 or self._ending.begun:
                return found
            await self._news(log, position, left)

    def _read(self, log: str, read: Callable[[], T]) -> tuple[int, T]:
        """The position first: whatever is committed after it wakes us."""
        return self._registry.feed.head(log), read()

    async def _news(self, log: str, position: int, seconds: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (position, waiter)
        self._waiting[log].append(entry)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            pass
        finally:
            self._waiting[log].remove(entry)

    async def _look(self) -> None:
        """Look at every log somebody waits for, until nobody does."""
        while any(self._waiting.values()):
            for log in [log for log, waiting in self._waiting.items() if waiting]:
                head = await sync_to_thread(self._registry.feed.head, log)
                for position, waiter in self._waiting[log]:
                    if (head > position or self._ending.begun) and not waiter.done():
                        waiter.set_result(None)
            await asyncio.sleep(LOOK_SECONDS)
