"""How a service ends when it is told to: first it says so, then it stops, then it leaves; told twice, it leaves at once.

Nothing is lost by leaving at once either: what was acknowledged is in the log, and what was not is asked for again.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Final, NoReturn

import structlog

_LAST_SECONDS: Final = 1.0
_log = structlog.get_logger("service")


class Ending:
    """Whether the end has begun, and whether the time is over in which requests are still taken (`drain` seconds)."""

    def __init__(self, drain: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._drain = drain
        self._monotonic = monotonic
        self._stops_at: float | None = None

    def begin(self, *, hurried: bool = False) -> None:
        """From now on the service says that it is not ready; `hurried`, it takes no more requests either."""
        self._stops_at = self._monotonic() + (0.0 if hurried else self._drain)

    @property
    def begun(self) -> bool:
        return self._stops_at is not None

    @property
    def over(self) -> bool:
        return self._stops_at is not None and self._monotonic() >= self._stops_at


def leave_at_once(number: int) -> None:
    """End this process as the signal would have, had nobody heard it."""
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def leave_threads(prefix: str) -> None:
    """End well though threads of this name are still busy: Python would wait for them as long as they take."""
    deadline = time.monotonic() + _LAST_SECONDS
    busy = [one for one in threading.enumerate() if one.name.startswith(prefix)]
    for thread in busy:
        thread.join(max(0.0, deadline - time.monotonic()))
    if left := sum(thread.is_alive() for thread in busy):
        _log.warning("requests_left", threads=left)
        _leave()


def _leave() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
