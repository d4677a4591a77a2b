"""Standard-Webhooks signatures of callbacks (contract 9)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The key inside a webhook secret; raises ValueError when it is not `whsec_` and base64."""
    encoded = secret.removeprefix(_PREFIX)
    if encoded == secret:
        raise ValueError(f"a webhook secret starts with {_PREFIX}")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as wrong:
        raise ValueError(f"the webhook secret is not base64 behind {_PREFIX}: {wrong}") from wrong


def sign(secret: str, *, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header: version 1, HMAC-SHA256 over `id.timestamp.body`."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
