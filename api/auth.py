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
from hashlib import sha256
from hmac import compare_digest
from typing import Final, NamedTuple

from api.refusals import Unauthenticated
from api.roles import Caller
from registry.deciders.access import IssueKey
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG, suffix_of
from registry.events.studio import CREW, Role
from registry.registry import Registry
from registry.views import access

SECRET_BYTES: Final = 25
_KEY: Final = re.compile(r"continuity_([0-7][0-9a-hjkmnp-tv-z]{25})_([a-z2-7]{40})([0-9a-f]{8})")
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
    return entitled(registry, *read_key(key.strip()))


def read_key(text: str) -> tuple[str, str]:
    """The stream of a key as it is printed, and the digest of its secret. Raises Unauthenticated."""
    found = _KEY.fullmatch(text)
    if found is None:
        raise _refused("that is no key of this service: they read continuity_<26 characters>_<48 characters>")
    if _check(found[0][:-8]) != found[3]:
        raise _refused("the key is mistyped or cut short: copy it again as it was printed")
    return f"key_{found[1]}", _digest(found[2])


def entitled(registry: Registry, key: str, secret_sha256: str) -> Visitor:
    """Who comes with a secret of that digest, now. Raises Unauthenticated."""
    with registry.reading(SYSTEM_LOG) as connection:
        card = access.find_key(connection, key)
    # Digests are compared even when there is no such key: the time says nothing about which it was.
    now = registry.clock()
    right = card.opens_with(secret_sha256, now) if card else compare_digest(secret_sha256, "0" * 64)
    if card is None or not right:
        raise _refused("nobody was given this key")
    if card.revoked:
        raise _refused(f"{card.id} is revoked: ask for a new key")
    if card.expires_at is not None and card.expires_at <= now:
        raise _refused(f"{card.id} has expired: ask for a new key")
    caller = Caller(card.id, card.holder, card.studio, card.roles, card.productions)
    return Visitor(caller, card.limits.requests_per_minute, card.studio_limits.requests_per_minute)


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
