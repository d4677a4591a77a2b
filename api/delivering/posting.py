"""Telling a receiver once: what it said, and what that means. A receiver took it when it answered 2xx, and only then."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Final, Literal

from api.delivering.cloud_event import MEDIA_TYPE
from api.delivering.signing import headers
from generation.errors import OutboundRefused, ReceiverUnreachable
from generation.outbound import Outbound

Result = Literal["delivered", "refused", "throttled", "gone", "unreachable", "forbidden"]
"""It took it; it answered anything but 2xx; 429 or 503; 410; it did not answer in time; we do not connect there."""

_SECONDS: Final = re.compile(r"[0-9]{1,9}")
_AGENT: Final = f"continuity/{version('continuity')}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is told: where to, under which id (the same at every attempt), signed with which secrets."""

    url: str
    id: str
    body: bytes
    secrets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `asked` are the seconds the receiver wants to be left alone, `answer` how its body begins."""

    result: Result
    seconds: float
    status: int | None = None
    problem: str = ""
    asked: float | None = None
    answer: bytes = b""

    @property
    def delivered(self) -> bool:
        return self.result == "delivered"


@dataclass(frozen=True, slots=True)
class Postman:
    """Connects to receivers. `clock` is microseconds since 1970, `timeout` seconds over everything."""

    outbound: Outbound
    clock: Callable[[], int]
    monotonic: Callable[[], float]
    timeout: float

    def post(self, letter: Letter, *, most_bytes: int = 0) -> Outcome:
        """Tell it once. Never raises for what the receiver or the network does."""
        now, began = self.clock(), self.monotonic()
        said = {
            "content-type": MEDIA_TYPE,
            "user-agent": _AGENT,
            **headers(letter.secrets, id=letter.id, body=letter.body, now=now),
        }
        try:
            answer = self.outbound.post(
                letter.url, letter.body, said, most_bytes=most_bytes, deadline_seconds=self.timeout
            )
        except OutboundRefused as refused:
            return Outcome("forbidden", self.monotonic() - began, problem=refused.message)
        except ReceiverUnreachable as silent:
            return Outcome("unreachable", self.monotonic() - began, problem=silent.message)
        result = result_of(answer.status)
        return Outcome(
            result,
            self.monotonic() - began,
            answer.status,
            "" if result == "delivered" else _problem(answer.status),
            retry_after(answer.headers.get("retry-after"), now=now),
            answer.body,
        )


def result_of(status: int) -> Result:
    """What a status means."""
    if 200 <= status < 300:
        return "delivered"
    if status == 410:
        return "gone"
    return "throttled" if status in (429, 503) else "refused"


def retry_after(said: str | None, *, now: int) -> float | None:
    """The seconds of a Retry-After, which names them or a date; None when it says neither (RFC 9110, 10.2.3)."""
    if said is None:
        return None
    if _SECONDS.fullmatch(said.strip()):
        return float(said)
    try:
        then = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, then.timestamp() - now / 1_000_000)


def _problem(status: int) -> str:
    return f"it answered {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")
