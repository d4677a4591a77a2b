"""Signing in at the console: a key is exchanged for a session, whose token is a cookie of the browser and no key.

The cookie is `__Host-` (RFC 6265bis): sent to this host alone, over TLS or to this machine, and read by no script. It comes with
what any page asks for, so a request that changes something must come from a page of our own: the browser says so
(`Sec-Fetch-Site`, or `Origin` where it is too old for that), and who says neither is refused.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from api.auth import Visitor, entitled, read_key
from api.refusals import CrossSite, Unauthenticated
from registry.log.sessions import Session
from registry.registry import Registry

COOKIE: Final = "__Host-continuity"
TOKEN_BYTES: Final = 32
_READING: Final = frozenset({"GET", "HEAD"})


def sign_in(registry: Registry, key: str, *, lasts_us: int) -> str:
    """Exchange a key for a session; the token for its cookie. Raises Unauthenticated and LogBusy."""
    stream, secret_sha256 = read_key(key.strip())
    entitled(registry, stream, secret_sha256)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session(stream, secret_sha256, ends=registry.clock() + lasts_us)
    registry.begin_session(_digest(token), session)
    return token


def signed_in(registry: Registry, token: str) -> Visitor:
    """Who is signed in with a token, as the key stands now. Raises Unauthenticated."""
    session = registry.session(_digest(token)) if token else None
    if session is None:
        raise Unauthenticated("nobody is signed in here", hint="sign in at /console/sign-in with a key")
    return entitled(registry, session.key, session.secret_sha256)


def sign_out(registry: Registry, token: str) -> None:
    """The session ends. Raises LogBusy."""
    registry.end_session(_digest(token))


def token_in(cookies: str) -> str:
    """The session's token in a Cookie header; empty where there is none."""
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def cookie_of(token: str, *, seconds: int) -> str:
    """The Set-Cookie that keeps a token for so long; 0 takes it back."""
    return f"{COOKIE}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"


def must_be_from_here(scope: Any) -> None:
    """A change must come from a page of this host. Raises CrossSite."""
    if scope["method"] in _READING:
        return
    said = {name: value.decode("latin-1") for name, value in scope["headers"]}
    site, origin = said.get(b"sec-fetch-site"), said.get(b"origin", "")
    ours = origin.partition("://")[2] == said.get(b"host") if site is None else site == "same-origin"
    if not ours:
        raise CrossSite(
            f"this request comes from {origin or site or 'nowhere that is said'}, not from a page of the console",
            hint="use the console's own pages; programs send a key in the Authorization header to /v1",
        )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
