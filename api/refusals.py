"""What the HTTP surface itself refuses, each with a stable code. `api.errors` knows their statuses, and tells them.

SurfaceError
├── who asks: Unauthenticated, CrossSite, RoleMissing, OutOfReach, RateLimited, NotTheFirstStudio
├── how it is asked: BadHeader, IdempotencyKeyMissing, VersionNeeded, NotAcceptable, UnsupportedMediaType, InvalidRequest,
│   MalformedBody, NoHttp, HeadTooLarge, TooSlow, TooLarge
└── what is there: RangeNotSatisfiable, BytesErased, PositionNotReached, TooManyStreams, StreamsFull, NotAvailable
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class SurfaceError(Exception):
    """Root of what the HTTP surface itself refuses. `members` are further members of the problem, `headers` go with it."""

    code: ClassVar[str] = "bad-request"

    def __init__(
        self, message: str, *, hint: str = "", headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint
        self.headers, self.members = dict(headers or {}), members


class Unauthenticated(SurfaceError):
    """No key, or one that opens nothing."""

    code = "unauthenticated"


class CrossSite(SurfaceError):
    """A page of another place asks for a change in the name of who is signed in at the console."""

    code = "cross-site"


class RoleMissing(SurfaceError):
    """The key may not do this."""

    code = "role-missing"


class OutOfReach(SurfaceError):
    """The key opens single productions, and this is about the whole studio."""

    code = "out-of-reach"


class RateLimited(SurfaceError):
    """More requests than the key, the studio or the address may send in a minute."""

    code = "rate-limited"


class NotTheFirstStudio(SurfaceError):
    """Only the installation's first studio may do this."""

    code = "not-the-first-studio"


class BadHeader(SurfaceError):
    """A header cannot be read."""

    code = "bad-header"


class IdempotencyKeyMissing(SurfaceError):
    """A change without an Idempotency-Key could happen twice."""

    code = "idempotency-key-missing"


class InvalidRequest(SurfaceError):
    """The body or the query is malformed; `errors` names every place."""

    code = "invalid-request"


class MalformedBody(SurfaceError):
    """The body is not what its media type says."""

    code = "malformed-body"


class NoHttp(SurfaceError):
    """What came is no HTTP request, or could be read in two ways."""

    code = "no-http"


class HeadTooLarge(SurfaceError):
    """The request line and the headers have more bytes than are taken."""

    code = "head-too-large"


class TooSlow(SurfaceError):
    """The request did not come whole in the time there is for it."""

    code = "too-slow"


class TooLarge(SurfaceError):
    """More bytes than are taken."""

    code = "too-large"


class RangeNotSatisfiable(SurfaceError):
    """The range lies outside the bytes."""

    code = "range-not-satisfiable"


class BytesErased(SurfaceError):
    """The bytes were deleted with a person; that they were here stays on record."""

    code = "bytes-erased"


class VersionNeeded(SurfaceError):
    """What is changed here may have been changed by somebody else, so the change has to say what it saw (If-Match)."""

    code = "version-needed"


class NotAcceptable(SurfaceError):
    """The caller takes no form in which this can be answered."""

    code = "not-acceptable"


class UnsupportedMediaType(SurfaceError):
    """The body is of a kind that is not taken here."""

    code = "unsupported-media-type"


class PositionNotReached(SurfaceError):
    """The log has not come as far as the caller asks for; it was waited for."""

    code = "position-not-reached"


class TooManyStreams(SurfaceError):
    """The key follows the feed as often as it may at once."""

    code = "too-many-streams"


class StreamsFull(SurfaceError):
    """As many streams are open in this process as it may serve."""

    code = "streams-full"


class NotAvailable(SurfaceError):
    """The installation lacks a part that is needed for it."""

    code = "not-available"
