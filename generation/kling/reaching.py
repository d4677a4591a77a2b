"""Whether a host of Kling's answers at all, and what time it thinks it is. Nothing is asked for, and nothing is spent."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from generation.errors import KlingUnreachable


@dataclass(frozen=True, slots=True)
class Reached:
    """What a host answered: any status will do. `date` is its `Date` header, empty when it sent none."""

    status: int
    date: str


def reach(http: httpx.Client, base_url: str, *, seconds: float) -> Reached:
    """One GET of the host's root, without a key. Raises OutboundRefused and KlingUnreachable."""
    try:
        answer = http.get(f"{base_url.rstrip('/')}/", timeout=seconds)
    except httpx.HTTPError as failure:
        raise KlingUnreachable(
            f"{base_url} does not answer: {type(failure).__name__}",
            hint="look at the network between, at DNS, and at what a firewall lets out",
        ) from failure
    return Reached(answer.status_code, answer.headers.get("date", ""))
