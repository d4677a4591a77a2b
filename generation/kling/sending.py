"""How far one paid POST got, and the checks that may still stop it on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import httpx

from generation.errors import OutboundRefused
from generation.kling.outcomes import NotSent, Outcome, Unknown
from generation.kling.sockets import CutOff


class _Forbidden(Exception):
    pass


def gate(
    seconds: float, still_allowed: Callable[[], bool], monotonic: Callable[[], float]
) -> Callable[[], str]:
    """A check that names what forbids sending now, or nothing. A frozen process wakes up past its deadline."""
    ends = monotonic() + seconds

    def forbidden() -> str:
        if monotonic() >= ends:
            return f"the deadline of {seconds:g} s passed"
        return "" if still_allowed() else "sending is no longer allowed"

    return forbidden


class Sending:
    """The progress of one POST, as httpcore's trace and the body's own reading tell it."""

    def __init__(self, cut: CutOff, forbidden: Callable[[], str]) -> None:
        self._cut, self._forbidden = cut, forbidden
        self._traced = self._begun = False

    def check(self) -> None:
        """Stops the POST when sending is forbidden by now."""
        why = self._forbidden()
        if why:
            raise _Forbidden(why)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """The `trace` extension of httpcore. Its last step before the first byte is where sending may still be stopped."""
        self._traced = True
        self._cut.trace(event, info)
        if event.endswith("send_request_headers.started"):
            self.check()
            self._begun = True

    def guarded(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """The body, one fragment late, so that a sender that lost its right in mid-body never completes it."""
        self._begun = True
        held: bytes | None = None
        for chunk in body:
            if held is not None:
                yield held
            held = chunk
        self.check()
        if held is not None:
            yield held

    def failure(self, wrong: Exception) -> Outcome:
        """What an exception means: NotSent only when it is certain. A fault that is not the network's is an alarm."""
        why = "the deadline passed" if self._cut.expired else named(wrong)
        stopped = isinstance(wrong, _Forbidden | OutboundRefused)
        if not self._begun and (self._traced or stopped):
            return NotSent(why)
        expected = stopped or isinstance(wrong, httpx.HTTPError)
        return Unknown(f"after the first byte: {why}", alarm=not expected)


def named(wrong: Exception) -> str:
    """An exception as one line."""
    return f"{type(wrong).__name__.lstrip('_')}: {wrong}"[:400]
