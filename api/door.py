"""The door of the service: who may enter a route, how often, and how far.

Somebody comes with a key in the Authorization header, or signed in at the console, with a cookie in which a key never is. A
console's page may ask what a key may ask, under `/console/v1` (`console.gate`): then the cookie says who asks, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from api.auth import Visitor, authenticate
from api.rates import Bound, Left, Rates, Strangers
from api.refusals import BadHeader, Unauthenticated
from api.roles import Caller, must_be, must_reach, needed, reach_of
from api.sessions import must_be_from_here, signed_in, token_in
from registry.errors import LogBusy
from registry.registry import Registry
from registry.views.places import production_of

NOTED_EVERY_US: Final = 60_000_000
ENTRIES: Final = frozenset({"key", "session", "token", "open"})
"""How a route may be entered: with a key of a studio, by who is signed in at the console, with a token in its address (the route
checks it), or by anybody.

Every route says which (`entered_by`)."""
FROM_CONSOLE: Final = "from_console"
"""Set in a request's state where a page of the console asks in the name of who is signed in."""
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._~:-]{1,128}")


class Uses:
    """Notes that a key was used, at most once in a while for each: who only reads must not cost a write each time."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._noted: dict[str, int] = {}

    def note(self, key: str) -> None:
        """What cannot be noted now is noted with a later use: nobody is refused for it."""
        now = self._registry.clock()
        if now - self._noted.get(key, 0) < NOTED_EVERY_US:
            return
        self._noted[key] = now
        with suppress(LogBusy):
            self._registry.note_key_use(key)


class Door:
    """Who may enter, how often, and how far. One for an installation; `per_key` and `per_studio` where nothing else is said."""

    def __init__(self, registry: Registry, *, per_key: int, per_studio: int, strangers: int) -> None:
        self._registry = registry
        self._uses = Uses(registry)
        self._rates = Rates(registry)
        self._strangers = Strangers(registry, strangers)
        self._usual = (per_key, per_studio)

    def let_in(self, scope: HTTPScope) -> tuple[Caller, list[Left]]:
        """Raises Unauthenticated, RateLimited, RoleMissing, OutOfReach and NotFound."""
        opt = scope["route_handler"].opt
        need, reach = needed(opt, scope["method"]), reach_of(opt)
        try:
            visitor = self._visitor(scope, opt)
        except Unauthenticated:
            self.count_stranger(scope)
            raise
        caller = visitor.caller
        left = self._rates.count(self._bounds(visitor))
        self._uses.note(caller.key)
        must_be(caller, need)
        must_reach(caller, reach, scope["path_params"], partial(self._production_of, caller.studio))
        return caller, left

    def count_stranger(self, scope: HTTPScope) -> None:
        """Somebody came who could not be let in. Raises RateLimited for an address of which too many did."""
        self._strangers.count(scope["client"][0] if scope["client"] else "")

    def _visitor(self, scope: HTTPScope, opt: Mapping[str, Any]) -> Visitor:
        """Raises Unauthenticated and CrossSite."""
        if opt.get("entered_by") != "session" and not scope["state"].get(FROM_CONSOLE):
            return authenticate(self._registry, _header(scope, b"authorization"))
        must_be_from_here(scope)
        return signed_in(self._registry, token_in(_header(scope, b"cookie") or ""))

    def _bounds(self, visitor: Visitor) -> Iterator[Bound]:
        per_key, per_studio = self._usual
        caller = visitor.caller
        if most := visitor.of_key or per_key:
            yield Bound("key", caller.key, most)
        if most := visitor.of_studio or per_studio:
            yield Bound("studio", caller.studio, most)

    def _production_of(self, studio: str, thing: str) -> str | None:
        with self._registry.reading(studio) as connection:
            return production_of(connection, studio, thing)


class Entry:
    """Stands before every route and lets in who may enter, by the door of the installation that is asked.

    A route that says nothing about it asks for a key.
    """

    def __init__(self, app: ASGIApp, door: Callable[[Scope], Door]) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] != "OPTIONS":
            entered_by = scope["route_handler"].opt.get("entered_by")
            if entered_by not in ("open", "token"):
                caller, left = await sync_to_thread(self._door(scope).let_in, scope)
                scope["user"], scope["state"]["left"] = caller, left
        await self._app(scope, receive, send)


def settle_request_id(scope: Any, make_id: Callable[[str], str]) -> str:
    """The id the caller gave (X-Request-Id) when it is a usable one, else a new one; kept for the whole request."""
    state = scope.setdefault("state", {})
    if "request_id" not in state:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"]
        usable = len(given) == 1 and _REQUEST_ID.fullmatch(given[0])
        state["request_id"] = given[0] if usable else make_id("request")
    request_id: str = state["request_id"]
    return request_id


def _header(scope: Any, name: bytes) -> str | None:
    found = [value for header, value in scope["headers"] if header == name]
    if len(found) > 1:
        raise BadHeader(f"{name.decode()} is sent {len(found)} times", hint="send it once")
    return found[0].decode("latin-1") if found else None
