"""Following something to its end, look by look: the one loop behind every wait of the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

LOOK_SECONDS: Final = 2
"""How long one look waits at the service for the end, so that progress is seen in between."""

PATIENCE_SECONDS: Final = 100.0
"""How long an unknown outcome is followed before the caller is told; the worker goes on looking."""


@dataclass(frozen=True, slots=True)
class Followed(Generic[T]):
    """What is followed: how to look at it, whether it has ended, and what to raise when there is no more waiting.

    `unknown` is for a paid call whose outcome nobody knows, `running` for what only takes its time.
    """

    look: Callable[[], T]
    ended: Callable[[T], bool]
    outcome_unknown: Callable[[T], bool]
    unknown: Callable[[T], Exception]
    running: Callable[[T], Exception]

    def to_the_end(
        self,
        on_progress: Callable[[T], None],
        *,
        clock: Callable[[], float],
        timeout: float | None,
        patience: float,
    ) -> T:
        """The end, whatever it is; `on_progress` hears every look. Raises `running` after `timeout` seconds, and `unknown`
        when the outcome has been unknown for `patience` seconds on end.
        """
        until = None if timeout is None else clock() + timeout
        unknown_since: float | None = None
        while True:
            answer = self.look()
            on_progress(answer)
            if self.ended(answer):
                return answer
            now = clock()
            if not self.outcome_unknown(answer):
                unknown_since = None
            elif unknown_since is None:
                unknown_since = now
            if unknown_since is not None and now - unknown_since >= patience:
                raise self.unknown(answer)
            if until is not None and now >= until:
                raise self.running(answer)
