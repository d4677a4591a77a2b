"""The sandbox's own time: it follows the real clock until the steering surface moves or bends it."""

from __future__ import annotations

import threading
from collections.abc import Callable


class VirtualClock:
    """Seconds since the epoch, that can jump forward and run at another speed; it never runs backwards.

    Only tasks, bills and result URLs live by it. JWTs are checked against the real clock (`real`), as clients
    sign them by theirs.
    """

    def __init__(self, real: Callable[[], float]) -> None:
        self.real = real
        self._guard = threading.Lock()
        self._real_anchor = real()
        self._anchor = self._real_anchor
        self._speed = 1.0

    def now(self) -> float:
        with self._guard:
            return self._now()

    def milliseconds(self) -> int:
        """Now as the vendor writes it (contract 1.3)."""
        return int(self.now() * 1000)

    def advance(self, seconds: float) -> None:
        """Jump forward; raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError(f"the clock cannot go back by {-seconds} seconds")
        with self._guard:
            self._anchor, self._real_anchor = self._now() + seconds, self.real()

    def set_speed(self, speed: float) -> None:
        """From now on run `speed` times as fast as real time; 0 stands still. Raises ValueError below 0."""
        if speed < 0:
            raise ValueError(f"the clock cannot run at speed {speed}")
        with self._guard:
            self._anchor, self._real_anchor, self._speed = self._now(), self.real(), speed

    def catch_up(self, moment: float) -> None:
        """Jump to `moment` if that lies ahead: a restarted sandbox must not be younger than its own tasks."""
        self.advance(max(0.0, moment - self.now()))

    def _now(self) -> float:
        return self._anchor + max(0.0, self.real() - self._real_anchor) * self._speed
