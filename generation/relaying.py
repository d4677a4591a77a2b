"""Addresses at which we serve a clip or a recording ourselves, where the provider has none of its own (guide E). Pure.

A token names submission, clip (or asset, after `a-`) and end, and an HMAC-SHA256 binds them to the bytes' digest: other bytes, a
later end or another clip need another token. How often it was used is counted elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from registry.events.ids import is_id, suffix_of

_PURPOSE: Final = "continuity relay v1"
_TOKEN: Final = re.compile(
    r"([0-9a-hjkmnp-tv-z]{26})\.(a-)?([0-9a-hjkmnp-tv-z]{26})\.([0-9]{1,12})\.([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token says before it is believed: `source` is a clip or an asset, `ends` seconds since 1970."""

    submission: str
    source: str
    ends: int
    seal: str


@dataclass(frozen=True, slots=True)
class Relays:
    """Makes and checks relay addresses under this installation's public URL; `lifetime` is in seconds."""

    secret: bytes = field(repr=False)
    base: str
    lifetime: float

    def address(self, submission: str, source: str, sha256: str, *, now: int) -> str:
        """Where the provider may fetch these exact bytes for this submission, from now (microseconds) on."""
        ends = int(now / 1_000_000 + self.lifetime)
        seal = self._seal(submission, source, ends, sha256)
        named = f"a-{suffix_of(source)}" if is_id(source, "asset") else suffix_of(source)
        return f"{self.base}/v1/relay/{suffix_of(submission)}.{named}.{ends}.{seal}"

    def opens(self, claimed: Pass, sha256: str, *, now: int) -> bool:
        """Whether the pass is one of ours, for bytes of that digest, and not over."""
        right = self._seal(claimed.submission, claimed.source, claimed.ends, sha256)
        return hmac.compare_digest(right, claimed.seal) and now < claimed.ends * 1_000_000

    def _seal(self, submission: str, source: str, ends: int, sha256: str) -> str:
        said = "\0".join((_PURPOSE, submission, source, str(ends), sha256)).encode()
        return hmac.new(self.secret, said, hashlib.sha256).hexdigest()


def read_pass(token: str) -> Pass | None:
    """A token taken apart; None when it is none."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    source = f"{'asset' if found[2] else 'clip'}_{found[3]}"
    return Pass(f"submission_{found[1]}", source, int(found[4]), found[5])
