"""Where a bucket is, and connections to it that fail soon instead of trying for minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import urllib3


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Where a bucket is and who we are there. The keys never show in a message or a repr."""

    endpoint: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    secure: bool = True
    region: str = "us-east-1"


class AgainOnce(urllib3.Retry):
    """One more try when a kept connection turns out dead; none when the server is silent or away.

    All our requests may be repeated: a PUT carries If-None-Match and a refused one is compared with what is there.
    """

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> Self:
        if isinstance(error, urllib3.exceptions.TimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def pool(connections: int, *, connect_seconds: float, read_seconds: float) -> urllib3.PoolManager:
    """Kept connections, bounded waits, no redirects (a signed request is for one address only)."""
    return urllib3.PoolManager(
        maxsize=connections,
        timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
        retries=AgainOnce(
            total=1, connect=0, redirect=0, status=0, allowed_methods=None, raise_on_redirect=False
        ),
        blocksize=256 * 1024,
    )
