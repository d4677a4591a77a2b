"""Waking other processes: NOTIFY after a commit, LISTEN where somebody waits. A hint and never the truth: waiters poll as well.

NOTIFY inside a transaction would make all commits of the server take turns, so it is sent afterwards, by a thread of its own,
once for all commits of a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg

_CHANNEL: Final = b"continuity"
_MOMENT_SECONDS: Final = 0.005
_AGAIN_SECONDS: Final = 1.0


class Notices:
    """The two threads, each begun at its first use."""

    def __init__(self, url: str, *, connecting: Mapping[str, Any]) -> None:
        self._url = url
        self._connecting = dict(connecting)
        self._news = threading.Event()
        self._closed = threading.Event()
        self._begin = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def announce(self) -> None:
        """Something was committed here."""
        self._news.set()
        if "announcer" not in self._threads:
            self._start("announcer", self._tell)

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever anybody announces."""
        if "listener" not in self._threads:
            self._start("listener", lambda: self._hear(wake))

    def close(self) -> None:
        """End both threads; what was announced in the last moment is found by polling."""
        self._closed.set()
        self._news.set()
        for thread in self._threads.values():
            thread.join(5)

    def _start(self, name: str, run: Callable[[], None]) -> None:
        with self._begin:
            if name not in self._threads and not self._closed.is_set():
                thread = threading.Thread(target=run, name=f"log-{name}", daemon=True)
                self._threads[name] = thread
                thread.start()

    def _tell(self) -> None:
        """What could not be told over a lost connection is told over the next one."""
        while not self._closed.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, **self._connecting) as connection:
                    while self._news.wait() and not self._closed.is_set():
                        self._news.clear()
                        connection.execute(b"NOTIFY " + _CHANNEL)
                        self._closed.wait(_MOMENT_SECONDS)
            except psycopg.Error:
                self._news.set()
                self._closed.wait(_AGAIN_SECONDS)

    def _hear(self, wake: Callable[[], None]) -> None:
        """A lost connection is made anew, and waiters poll meanwhile; what was told before anybody listened is looked for."""
        while not self._closed.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, **self._connecting) as connection:
                    connection.execute(b"LISTEN " + _CHANNEL)
                    wake()
                    while not self._closed.is_set():
                        for _ in connection.notifies(timeout=0.5, stop_after=1):
                            wake()
            except psycopg.Error:
                self._closed.wait(_AGAIN_SECONDS)
