"""Who we are to Kling: an AccessKey/SecretKey pair that signs short tokens, or an API key (contract 1.2).

Secrets stay out of `repr`, out of error texts and out of the fingerprint, which is what the log records.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final, Protocol

import jwt

TOKEN_SECONDS: Final = 1800
"""Life of a token: the value of the vendor's sample; no maximum is documented."""
EARLIER_SECONDS: Final = 5
"""`nbf` lies this far back, for a vendor clock that is a little slow."""

_HEADER_SAFE: Final = re.compile(r"[\x21-\x7e]{1,512}")


class Credentials(Protocol):
    """What signs a request. `fingerprint` tells keys apart without revealing one."""

    @property
    def fingerprint(self) -> str: ...

    def token(self, now: float) -> str:
        """The bearer token at `now` (seconds since 1970)."""
        ...


@dataclass(frozen=True)
class AccessKeyPair:
    """AccessKey and SecretKey: a fresh HS256 token per request. ValueError on keys that are not plain text."""

    access_key: str
    secret_key: str = field(repr=False)

    def __post_init__(self) -> None:
        _require_plain(self.access_key, "access key")
        _require_plain(self.secret_key, "secret key")

    @property
    def fingerprint(self) -> str:
        return _fingerprint("access-key", self.access_key)

    def token(self, now: float) -> str:
        claims = {"iss": self.access_key, "exp": int(now) + TOKEN_SECONDS, "nbf": int(now) - EARLIER_SECONDS}
        return jwt.encode(claims, self.secret_key, algorithm="HS256")


@dataclass(frozen=True)
class ApiKey:
    """One opaque key from the vendor's console, sent as it is. ValueError on a key that is not plain text."""

    key: str = field(repr=False)

    def __post_init__(self) -> None:
        _require_plain(self.key, "API key")

    @property
    def fingerprint(self) -> str:
        return _fingerprint("api-key", self.key)

    def token(self, now: float) -> str:  # noqa: ARG002 - an API key does not age
        return self.key


def _fingerprint(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()[:16]


def _require_plain(text: str, what: str) -> None:
    if not _HEADER_SAFE.fullmatch(text):
        raise ValueError(f"the {what} is empty, too long, or holds spaces or unprintable characters")
