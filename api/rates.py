"""How often a key, and all keys of a studio, may ask: counted over all processes, a minute at a time.

A process takes shares of the minute from the database (`registry.log.rates`) and gives them out here, so one request in many
costs a write. Never more than the limit is let in within a minute of the clock; what a process took and did not give out is lost
with the minute, at most a fiftieth of it each. While the database takes no writes, a process gives out its shares alone.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.refusals import RateLimited
from registry.errors import LogBusy
from registry.log.rates import MINUTE_US, Taken
from registry.registry import Registry

SHARES: Final = 50
"""Into so many parts a minute is divided among processes."""
LARGEST: Final = 100
"""The most requests in a share, as what is not given out of it counts all the same where a limit is lowered."""
_SECOND_US: Final = 1_000_000


class Bound(NamedTuple):
    """A limit of somebody's: `what` is `key` or `studio`, `most` requests a minute."""

    what: str
    holder: str
    most: int


class Left(NamedTuple):
    """What is left of a bound, as far as this process knows, for so many seconds."""

    bound: Bound
    requests: int
    seconds: int


@dataclass(slots=True)
class _Share:
    """Requests of a minute, counted over all processes: the next to give out, and the first that is not ours."""

    minute: int
    next: int
    end: int


class Rates:
    """The shares of this process. Threads may share it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._shares: dict[str, _Share] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def count(self, bounds: Iterable[Bound]) -> list[Left]:
        """One request more of each. Raises RateLimited."""
        return [self._one(bound) for bound in bounds]

    def _one(self, bound: Bound) -> Left:
        with self._locks[bound.holder]:
            now = self._registry.clock()
            share = self._shares.get(bound.holder)
            if share is None or share.minute < now // MINUTE_US or share.next == share.end < bound.most:
                share = self._shares[bound.holder] = self._taken(bound, now)
            seconds = max(1, ((share.minute + 1) * MINUTE_US - now) // _SECOND_US)
            if share.next >= min(share.end, bound.most):
                raise _refused(bound, seconds)
            share.next += 1
            return Left(bound, bound.most - share.next, seconds)

    def _taken(self, bound: Bound, now: int) -> _Share:
        size = min(max(1, bound.most // SHARES), LARGEST)
        try:
            taken = self._registry.take_requests(bound.holder, share=size)
        except LogBusy:
            taken = Taken(now // MINUTE_US, 0)
        return _Share(taken.minute, taken.before, taken.before + size)


class Strangers:
    """Requests without a key that opens, by the address they come from: beyond `most` in a minute they are told to wait.

    By process, and for those alone: whoever has a key is let in, though strangers share the address.
    """

    def __init__(self, registry: Registry, most: int) -> None:
        self._registry = registry
        self._most = most
        self._minute = 0
        self._seen: Counter[str] = Counter()

    def count(self, address: str) -> None:
        """One refused request more. Raises RateLimited."""
        now = self._registry.clock()
        if self._minute != now // MINUTE_US:
            self._minute, self._seen = now // MINUTE_US, Counter()
        self._seen[address] += 1
        if self._seen[address] > self._most:
            seconds = max(1, ((self._minute + 1) * MINUTE_US - now) // _SECOND_US)
            raise _refused(Bound("address", address, self._most), seconds)


def headers(left: Iterable[Left]) -> list[tuple[bytes, bytes]]:
    """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers): limits, what is left of them, until when."""
    known = list(left)
    if not known:
        return []
    policy = ", ".join(f'"{one.bound.what}";q={one.bound.most};w=60' for one in known)
    rest = ", ".join(f'"{one.bound.what}";r={one.requests};t={one.seconds}' for one in known)
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", rest.encode())]


def _refused(bound: Bound, seconds: int) -> RateLimited:
    return RateLimited(
        f"{bound.holder} may ask {bound.most} times a minute, and this minute's are used up",
        hint=f"come again in {seconds} s; an admin may raise the limit of a key or a studio",
        headers={"Retry-After": str(seconds)},
        limit=bound.most,
        limited=bound.what,
    )
