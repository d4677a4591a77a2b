"""How patient we are with who receives webhooks: time-outs, pauses, and when it is enough. Pure; chance comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_THREEFOLD: Final = 3
_HARMLESS: Final = 5
"""So many failures in a row are a stream's own affair; from then on the whole webhook rests between tries."""
_LONGEST_ASKED: Final = 86_400.0
"""A longer Retry-After is not believed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Durations are seconds. `attempts` at one event, then it is a dead letter; `failures` in a row, then the webhook is paused.

    Pauses begin at `first`, grow threefold and end at `most`: with the defaults twelve attempts take about a day.
    """

    timeout: float = 15.0
    attempts: int = 12
    first: float = 5.0
    most: float = 21_600.0
    rest_most: float = 300.0
    failures: int = 100

    def pause(self, attempt: int, *, jitter: float, asked: float | None = None) -> float:
        """Until the next attempt at an event that failed `attempt` times; `jitter` (0 to 1) adds up to a half.

        `asked` is what the receiver wanted (Retry-After): never sooner than that.
        """
        own = min(self.most, self.first * float(_THREEFOLD) ** min(attempt - 1, 30)) * (1 + jitter / 2)
        return max(own, min(asked or 0.0, _LONGEST_ASKED))

    def rest(self, failures: int, *, jitter: float, asked: float | None = None) -> float:
        """For how long nothing at all is told after so many failures in a row, whatever the stream."""
        asked = min(asked or 0.0, _LONGEST_ASKED)
        if failures < _HARMLESS:
            return asked
        return max(asked, min(self.rest_most, 2.0 ** min(failures - _HARMLESS, 30)) * (1 + jitter / 2))
