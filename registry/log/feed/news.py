"""News of a log for whoever waits: one look for all of a process, however many wait.

A commit of this process wakes the looker at once; commits of others are found by looking again every `poll_seconds`. A wake-up
from elsewhere (PostgreSQL's NOTIFY) only makes the next look sooner: the heads that are read are the truth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from registry.errors import RegistryError

REST_SECONDS: Final = 0.01
"""Between two looks, whatever happens: under a thousand commits a second a hundred looks are enough."""

Look = Callable[[Collection[str]], Mapping[str, int]]
"""The last position of each of these logs."""


@dataclass(frozen=True, eq=False, slots=True)
class Waiting:
    """Somebody who is called once, from the looker's thread, when `log` has come beyond `position`; `call` must not block."""

    log: str
    position: int
    call: Callable[[], None]


class News:
    """The looker and those who wait. Its thread begins with the first of them; it sleeps while nobody waits."""

    def __init__(self, look: Look, *, poll_seconds: float) -> None:
        self._look = look
        self._poll_seconds = poll_seconds
        self._turn = threading.Condition()
        self._waiting: set[Waiting] = set()
        self._woken = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def tell(self, log: str, position: int, call: Callable[[], None]) -> Waiting:
        """Call once when the log has more than `position`, at once if it has already."""
        waiting = Waiting(log, position, call)
        with self._turn:
            self._waiting.add(waiting)
            self._woken = True  # it may have happened since the caller looked
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="log-news", daemon=True)
                self._thread.start()
            self._turn.notify_all()
        return waiting

    def forget(self, waiting: Waiting) -> None:
        """Call no more; whoever was called already is forgotten."""
        with self._turn:
            self._waiting.discard(waiting)

    def wake(self) -> None:
        """Look soon: something was probably committed."""
        with self._turn:
            self._woken = True
            if self._waiting:
                self._turn.notify_all()

    def close(self) -> None:
        """Look no more; those who wait are not called."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (logs := self._next()) is not None:
            try:
                heads = self._look(logs)
            except RegistryError:
                heads = {}  # the database is away: those who wait hear of it when they read
            for waiting in self._reached(heads):
                waiting.call()

    def _next(self) -> set[str] | None:
        """The logs to look at, when it is time to; None at the end."""
        with self._turn:
            self._turn.wait_for(lambda: self._closed, timeout=REST_SECONDS)
            self._turn.wait_for(lambda: self._closed or self._waiting)
            self._turn.wait_for(lambda: self._closed or self._woken, timeout=self._poll_seconds)
            self._woken = False
            return None if self._closed else {waiting.log for waiting in self._waiting}

    def _reached(self, heads: Mapping[str, int]) -> list[Waiting]:
        with self._turn:
            reached = [one for one in self._waiting if heads.get(one.log, 0) > one.position]
            self._waiting.difference_update(reached)
        return reached
