"""Addresses of ours that are entered by a token instead of a key: who can make one, and who has one. Pure.

The token is an HMAC-SHA256 under a secret of this installation, so it need not be kept anywhere, is never in the log, and a
resend after years makes the same bytes. The secret lives in the key store; without it old addresses open nothing, and polling
finds what a callback would have told.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

_PUBLIC: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253}|\[::1\])(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+){0,8}"
)
_PURPOSE: Final = b"continuity callback v1\0"


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Makes and knows callback addresses. `base` is this installation's public URL; empty: nobody is asked to call."""

    secret: bytes = field(repr=False)
    base: str = ""

    def address(self, submission: str, base: str) -> str:
        """Where the provider calls about a submission whose intent froze `base`."""
        return f"{base}/v1/callbacks/kling/{submission}/{self._token(submission)}"

    def opens(self, submission: str, token: str) -> bool:
        """Whether the token is that submission's, in a time that says nothing about how wrong it is."""
        return hmac.compare_digest(self._token(submission).encode(), token.encode("utf-8", "replace"))

    def _token(self, submission: str) -> str:
        said = _PURPOSE + submission.encode("utf-8", "replace")
        return hmac.new(self.secret, said, hashlib.sha256).hexdigest()


def unfit_for_callers(url: str, *, loopback: bool) -> str:
    """What is wrong with a public base URL; empty when nothing is. Plain http only to this machine, and when that is allowed."""
    spelt = _PUBLIC.fullmatch(url)
    if spelt is None:
        return "it must read https://host[:port][/path], without a slash at its end"
    if spelt["scheme"] == "http" and not (loopback and spelt["host"] in ("127.0.0.1", "localhost", "[::1]")):
        return "it must be https (plain http only to this machine, with CONTINUITY_ALLOW_LOOPBACK)"
    return ""
