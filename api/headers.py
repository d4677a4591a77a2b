"""What every answer says to whoever shows it: take it for nothing else, frame it nowhere, keep it no longer than allowed.

Nothing here opens the service to pages of other places: there is no CORS header, so a browser gives such a page no answer to
read. HTTPS, and that it stays HTTPS (HSTS), belong to the proxy that has the certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Header = tuple[bytes, bytes]

_ALWAYS: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_UNLESS_SAID: Final[tuple[Header, ...]] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""A route that shows a page says its own. How long an answer may be kept is `manners`' to say."""


def with_ours(headers: Iterable[Header], request_id: str) -> list[Header]:
    """The headers of an answer, with those that every answer has."""
    said = list(headers)
    names = {name.lower() for name, _ in said}
    missing = [header for header in (*_ALWAYS, *_UNLESS_SAID) if header[0] not in names]
    return [*said, (b"x-request-id", request_id.encode()), *missing]
