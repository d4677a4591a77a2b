"""Manners that all answers share, whatever route they come from: validators, 304, HEAD, gzip, caching, deprecation.

Stands around the application, so that problems and what no route answers are treated like everything else. An answer that is
one piece of JSON gets an entity tag of its own bytes; a version that the route named stays its first part, which is what
If-Match reads. Streams and stored bytes pass as they are: they say themselves what they are.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from hashlib import blake2b
from typing import Any, Final

from litestar.concurrency import sync_to_thread
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
)

SMALLEST_GZIPPED: Final = 1_024
LARGEST_AT_ONCE: Final = 64 * 1_024
"""A larger body is compressed in a thread: everybody else waits for the event loop."""
_GZIP_LEVEL: Final = 5
_SQUEEZED: Final = "-gzip"
_JSON: Final = "application/json"
_TEXTS: Final = (_JSON, "application/problem+json", "text/")
_READING: Final = ("GET", "HEAD")
_ABOUT_A_BODY: Final = ("content-length", "content-type", "content-encoding")
_OFFER: Final = re.compile(r"\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Deprecated:
    """A route that goes: nothing new should use it from `since` on, and from `gone` on it may be away; `instead` is where it is
    written what to use. Given to a route as `opt={"deprecated": …}`.
    """

    since: datetime
    gone: datetime
    instead: str

    def headers(self) -> dict[str, str]:
        """RFC 9745, RFC 8594."""
        return {
            "deprecation": f"@{int(self.since.timestamp())}",
            "sunset": format_datetime(self.gone.astimezone(UTC), usegmt=True),
            "link": f'<{self.instead}>; rel="deprecation"',
        }


class Mannered:
    """An application whose answers have manners."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            send = _Outgoing(scope, send).take
        await self._app(scope, receive, send)


class _Outgoing:
    """One answer on its way: its head is held until its first bytes are there."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._head: HTTPResponseStartEvent | None = None
        self._silent = scope["method"] == "HEAD"

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        if message["type"] == "http.response.body" and self._head is not None:
            head, self._head = self._head, None
            message = await self._finished(head, message)
            await self._send(head)
        if message["type"] == "http.response.body" and self._silent:
            message = {"type": "http.response.body", "body": b"", "more_body": message["more_body"]}
        await self._send(message)

    async def _finished(self, head: HTTPResponseStartEvent, message: HTTPResponseBodyEvent) -> Message:
        """Complete the head in place; the body that goes with it."""
        headers, body = MutableScopeHeaders(head), message["body"]
        _cache(headers, self._scope, head["status"])
        _deprecate(headers, self._scope)
        if message["more_body"]:
            return message
        if head["status"] == 200 and _validated(headers, self._scope, body):
            head["status"] = 304
            return {**message, "body": b""}
        if _may_shrink(headers, self._scope):
            body = await _shrunk(headers, self._scope, body)
        return {**message, "body": body}


def _validated(headers: MutableScopeHeaders, scope: HTTPScope, body: bytes) -> bool:
    """Give JSON its tag; whether the caller has these very bytes already (If-None-Match), and is told so."""
    if scope["method"] not in _READING or not headers.get("content-type", "").startswith(_JSON):
        return False
    version = headers.get("etag", "").strip('"')
    tag = f"{version or '~'}.{blake2b(body, digest_size=8).hexdigest()}"
    asked = _asked(scope, b"if-none-match")
    known = [one.strip().removeprefix("W/").strip('"') for one in asked.split(",")]
    had = next((one for one in known if one in ("*", tag, f"{tag}{_SQUEEZED}")), None)
    headers["etag"] = f'"{tag if had in (None, "*") else had}"'
    for name in _ABOUT_A_BODY if had else ():
        headers.pop(name, None)
    return had is not None


def _may_shrink(headers: MutableScopeHeaders, scope: HTTPScope) -> bool:
    kind = headers.get("content-type", "")
    fits = kind.startswith(_TEXTS) and not kind.startswith("text/event-stream")
    return fits and "content-encoding" not in headers and not _opt(scope).get("secret")


async def _shrunk(headers: MutableScopeHeaders, scope: HTTPScope, body: bytes) -> bytes:
    """The body, gzipped where it is long enough and the caller takes that."""
    headers.extend_header_value("vary", "Accept-Encoding")
    if len(body) < SMALLEST_GZIPPED or not takes_gzip(_asked(scope, b"accept-encoding")):
        return body
    squeeze = partial(gzip.compress, body, _GZIP_LEVEL, mtime=0)
    squeezed = squeeze() if len(body) < LARGEST_AT_ONCE else await sync_to_thread(squeeze)
    if "etag" in headers:
        headers["etag"] = (
            f'"{headers["etag"].strip(chr(34))}{_SQUEEZED}"'  # other bytes, so another strong tag
        )
    headers["content-encoding"], headers["content-length"] = "gzip", str(len(squeezed))
    return squeezed


def takes_gzip(accepted: str) -> bool:
    """What an Accept-Encoding says of gzip (RFC 9110, 12.5.3): named, or by the asterisk, with a weight that is not 0."""
    weights: dict[str, float] = {}
    for offer in accepted.split(","):
        if found := _OFFER.fullmatch(offer):
            weights[found[1].lower().removeprefix("x-")] = float(found[2] or 1)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _cache(headers: MutableScopeHeaders, scope: HTTPScope, status: int) -> None:
    """What a route does not say of caching: what was read may be kept by its reader, and asked about before each use.

    What tells of a person (`opt={"personal": True}`) is kept by nobody: it could not be erased there.
    """
    opt = _opt(scope)
    read = status == 200 and scope["method"] in _READING and opt.get("entered_by") == "key"
    kept = read and not opt.get("personal")
    headers.setdefault("cache-control", "private, no-cache" if kept else "no-store")


def _deprecate(headers: MutableScopeHeaders, scope: HTTPScope) -> None:
    told: Deprecated | None = _opt(scope).get("deprecated")
    for name, said in told.headers().items() if told else ():
        headers.extend_header_value(name, said)


def _opt(scope: HTTPScope) -> Mapping[str, Any]:
    """What the route says of itself; nothing where no route was found."""
    opt: Mapping[str, Any] = getattr(scope.get("route_handler"), "opt", {})
    return opt


def _asked(scope: HTTPScope, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for header, value in scope["headers"] if header == name)
