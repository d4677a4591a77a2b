"""Which kinds of content are taken and given (RFC 9110, 12.5.1, 15.5.16): what cannot be read or wanted is told before the work.

Stands before the routes that are entered with a key, behind the check of the key. Stored bytes have the kind they have, so they
are given to whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.refusals import NotAcceptable, UnsupportedMediaType

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
NDJSON: Final = "application/x-ndjson"
_NO_WEIGHT: Final = re.compile(r"q\s*=\s*0(\.0*)?", re.IGNORECASE)


class Negotiated:
    """Lets a request through whose body can be read and whose answer is wanted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] != "OPTIONS":
            handler, said = scope["route_handler"], _headers(scope)
            if handler.opt.get("entered_by") == "key":
                _must_be_wanted(handler.opt, said)
                _must_be_read(handler, said)
        await self._app(scope, receive, send)


def _must_be_wanted(opt: Mapping[str, Any], said: Mapping[str, str]) -> None:
    """Raises NotAcceptable."""
    kinds: tuple[str, ...] = (EVENTS,) if opt.get("stream") else opt.get("gives", (JSON,))
    accepted = said.get("accept", "")
    if accepted.strip() and not opt.get("bytes") and not any(takes(accepted, kind) for kind in kinds):
        raise NotAcceptable(
            f"this answers {' or '.join(kinds)}, and Accept {accepted[:200]!r} does not take it",
            hint=f"send Accept: {kinds[0]}, or leave it out",
        )


def _must_be_read(handler: Any, said: Mapping[str, str]) -> None:
    """Raises UnsupportedMediaType."""
    encoding = said.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType(
            f"a body with Content-Encoding {encoding[:80]!r} is not taken",
            hint="send the body as it is",
            headers={"Accept-Encoding": "identity"},
        )
    kind = said.get("content-type", "").partition(";")[0].strip().lower()
    if "data" in handler.parsed_fn_signature.parameters and kind not in ("", JSON):
        raise UnsupportedMediaType(
            f"a body of the kind {kind[:80]!r} is not taken here",
            hint=f"send JSON with Content-Type: {JSON}",
            headers={"Accept": JSON},
        )


def takes(accepted: str, kind: str) -> bool:
    """Whether an Accept takes a kind: what it says most exactly about it counts, and a weight of 0 means no."""
    exactness = {"*/*": 1, f"{kind.partition('/')[0]}/*": 2, kind: 3}
    best, taken = 0, False
    for one in accepted.split(","):
        media, *parameters = (part.strip() for part in one.split(";"))
        exact = exactness.get(media.lower(), 0)
        if exact > best:
            best, taken = exact, not any(_NO_WEIGHT.fullmatch(said) for said in parameters)
    return taken


def _headers(scope: Scope) -> dict[str, str]:
    """Each header once: several of a name are one list (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, said = name.decode("latin-1"), value.decode("latin-1")
        found[key] = f"{found[key]},{said}" if key in found else said
    return found
