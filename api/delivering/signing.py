"""Signing secrets: `whsec_…`, 256 bits, shown once, kept nowhere.

Each is derived from the data key of its webhook's stream, which is in the key store, and from a name of its own, which is in
the log. So every process that has both can sign, also after a restart, a restored backup or a move with its key file; from log
and database alone nobody can. The log holds its SHA-256 too: with a key store that lost the key nothing is signed wrongly.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

from standardwebhooks import Webhook

from registry.errors import Refusal
from registry.registry import Registry
from registry.views.webhooks import Told

_SECOND = 1_000_000


class KeyIsLost(Refusal):
    """A webhook's secrets come from a key that is not in the key store of this installation."""

    code = "webhook-key-lost"


class NewSecret(NamedTuple):
    """A secret to be shown once, with what is written down of it."""

    name: str
    shown: str
    sha256: str


def first_secret(registry: Registry, webhook: str) -> NewSecret:
    """The secret of a webhook that is about to be added; the key of its stream is made with it."""
    name = registry.make_id("secret")
    return _new(name, bytes.fromhex(registry.fingerprint(webhook, _said(name))))


def next_secret(registry: Registry, webhook: str) -> NewSecret:
    """Another one. Raises KeyIsLost."""
    name = registry.make_id("secret")
    secret = _derived(registry, webhook, name)
    if secret is None:
        raise _lost(webhook)
    return _new(name, secret)


def secrets_of(registry: Registry, told: Told, *, now: int) -> tuple[bytes, ...]:
    """The secrets that sign now, the newest first. Raises KeyIsLost."""
    names = told.secrets if now < told.old_until else told.secrets[:1]
    found = [(_derived(registry, told.id, one.secret), one.sha256) for one in names]
    right = [one for one, digest in found if one and compare_digest(sha256(one).hexdigest(), digest)]
    if len(right) < len(found):
        raise _lost(told.id)
    return tuple(right)


def headers(secrets: Iterable[bytes], *, id: str, body: bytes, now: int) -> dict[str, str]:
    """The headers of Standard Webhooks: one signature for each secret, so that receivers may know either."""
    when = datetime.fromtimestamp(now // _SECOND, UTC)
    signatures = [Webhook(secret).sign(id, when, body.decode()) for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(now // _SECOND),
        "webhook-signature": " ".join(signatures),
    }


def _new(name: str, secret: bytes) -> NewSecret:
    return NewSecret(name, f"whsec_{b64encode(secret).decode()}", sha256(secret).hexdigest())


def _derived(registry: Registry, webhook: str, name: str) -> bytes | None:
    found = registry.keyed(webhook, _said(name))
    return None if found is None else bytes.fromhex(found)


def _said(name: str) -> str:
    return sha256(f"webhook secret {name}".encode()).hexdigest()


def _lost(webhook: str) -> KeyIsLost:
    return KeyIsLost(
        f"the key store does not hold the key of {webhook}, which its secrets come from",
        hint="bring the key store back that it was added with, or remove the webhook and add another",
    )
