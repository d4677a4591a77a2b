"""API keys: what they look like, how they are given out, and who a caller is.

A key reads `continuity_<id>_<secret><check>`. The id is the rest of the key's stream `key_…` and public; the secret holds 200
random bits and is kept nowhere, only its SHA-256 (enough for a secret of that size, ASVS 6.5.2); the check is a CRC-32, so that
a mistyped key is told from a wrong one and scanners find leaked ones.
"""

from __future__ import annotations

import re
import secrets
import zlib
from base64 import b32encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final, NamedTuple

from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from api.rates import Bound, Left, Rates, Strangers
from api.refusals import BadHeader, Unauthenticated
from api.roles import Caller, must_be, must_reach, needed, reach_of
from registry.deciders.access import IssueKey
from registry.errors import LogBusy
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG, suffix_of
from registry.events.studio import CREW, Role
from registry.registry import Registry
from registry.views import access
from registry.views.places import production_of

SECRET_BYTES: Final = 25
NOTED_EVERY_US: Final = 60_000_000
ENTRIES: Final = frozenset({"key", "token", "open"})
"""How a route may be entered: with a key of a studio, with a token in its address (the route checks it), or by anybody.

Every route says which (`entered_by`)."""

_KEY: Final = re.compile(r"continuity_([0-7][0-9a-hjkmnp-tv-z]{25})_([a-z2-7]{40})([0-9a-f]{8})")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._~:-]{1,128}")
_CHALLENGE: Final = 'Bearer realm="continuity"'


class Secret(NamedTuple):
    """A new secret: the key that holds it, to be shown once, and the digest that is kept."""

    key: str
    sha256: str


def new_secret(key: str) -> Secret:
    """A secret for the key whose stream is `key`."""
    secret = b32encode(secrets.token_bytes(SECRET_BYTES)).decode().lower()
    public = f"continuity_{suffix_of(key)}_{secret}"
    return Secret(public + _check(public), _digest(secret))


def issue_key(
    registry: Registry,
    studio: str,
    holder: str,
    *,
    roles: tuple[Role, ...] = CREW,
    expires_at: int | None = None,
) -> str:
    """Give `holder` a key to `studio`, with those roles. The answer is shown once; nobody can read it again."""
    key = registry.make_id("key")
    secret = new_secret(key)
    command = IssueKey(
        stream=key,
        studio=studio,
        holder=holder,
        secret_sha256=secret.sha256,
        roles=roles,
        expires_at=expires_at,
        now=registry.clock(),
    )
    registry.handle(studio, [command], context=Context(actor="operator"))
    return secret.key


class Visitor(NamedTuple):
    """Who comes in, and how often it, and its studio, may ask in a minute; None: no limit is set."""

    caller: Caller
    of_key: int | None
    of_studio: int | None


def authenticate(registry: Registry, authorization: str | None) -> Visitor:
    """Who is behind an Authorization header. Raises Unauthenticated."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise _refused("this needs a key: send Authorization: Bearer continuity_…", given=False)
    found = _KEY.fullmatch(key.strip())
    if found is None:
        raise _refused("that is no key of this service: they read continuity_<26 characters>_<48 characters>")
    if _check(found[0][:-8]) != found[3]:
        raise _refused("the key is mistyped or cut short: copy it again as it was printed")
    with registry.reading(SYSTEM_LOG) as connection:
        card = access.find_key(connection, f"key_{found[1]}")
    # The digest is taken and compared even when there is no such key: the time says nothing about which it was.
    now, digest = registry.clock(), _digest(found[2])
    right = card.opens_with(digest, now) if card else compare_digest(digest, "0" * 64)
    if card is None or not right:
        raise _refused("nobody was given this key")
    if card.revoked:
        raise _refused(f"{card.id} is revoked: ask for a new key")
    if card.expires_at is not None and card.expires_at <= now:
        raise _refused(f"{card.id} has expired: ask for a new key")
    caller = Caller(card.id, card.holder, card.studio, card.roles, card.productions)
    return Visitor(caller, card.limits.requests_per_minute, card.studio_limits.requests_per_minute)


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
    """Who may enter, how often, and how far. One for the application; `per_key` and `per_studio` where nothing else is said."""

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
            visitor = authenticate(self._registry, _header(scope, b"authorization"))
        except Unauthenticated:
            self._strangers.count(scope["client"][0] if scope["client"] else "")
            raise
        caller = visitor.caller
        left = self._rates.count(self._bounds(visitor))
        self._uses.note(caller.key)
        must_be(caller, need)
        must_reach(caller, reach, scope["path_params"], partial(self._production_of, caller.studio))
        return caller, left

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
    """Stands before every route and lets in who may enter. A route that says nothing about it asks for a key."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door  # shared: the framework makes one of these for each route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] != "OPTIONS":
            entered_by = scope["route_handler"].opt.get("entered_by")
            if entered_by not in ("open", "token"):
                caller, left = await sync_to_thread(self._door.let_in, scope)
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


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _check(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _refused(message: str, *, given: bool = True) -> Unauthenticated:
    challenge = f'{_CHALLENGE}, error="invalid_token"' if given else _CHALLENGE
    return Unauthenticated(
        message,
        hint="make a key with `continuity keys bootstrap --holder NAME`",
        headers={"WWW-Authenticate": challenge},
    )
