"""Sealing and opening personal fields (AES-256-GCM under stream keys).

A field about one subject is sealed under that stream's key. A text about several is sealed under a key derived from all of
theirs, so erasing any one of them kills it. The ciphertext is bound to log, stream, event and field, so it cannot be moved.

Keys are cached, and the cache is dropped when any process destroyed any. Under a destroyed key nothing can be sealed again: what
would be is written down as erased.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from hmac import new as hmac_new
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.errors import HistoryTampered
from registry.events.canonical import canonical
from registry.privacy.keys import KeyStore

ERASED_JSON = {"erased": True}


class Sealer:
    """Seals fields with keys it makes as needed; new keys become durable with `flush`, before the events do."""

    def __init__(self, store: KeyStore, random_bytes: Callable[[int], bytes]) -> None:
        self._store = store
        self._random = random_bytes
        self._cached: tuple[int, dict[str, bytes]] = (0, {})
        self._pending: dict[str, bytes] = {}

    def erasures(self) -> int:
        """How often keys were destroyed; another answer than before means that plain text kept elsewhere may have to go."""
        return self._store.erasures()

    def seal(self, value: Any, *, under: Sequence[str], bound_to: str) -> dict[str, Any]:
        """The envelope that stands in the log for `value` (JSON); the erased mark when a key was destroyed.

        `bound_to` is authenticated, not stored.
        """
        streams = tuple(sorted(set(under)))
        keys = self._keys(streams)
        if keys is None:
            return dict(ERASED_JSON)
        nonce = self._random(12)
        sealed = AESGCM(_combined(keys)).encrypt(nonce, canonical(value), bound_to.encode())
        return {
            "sealed": b64encode(sealed).decode(),
            "nonce": b64encode(nonce).decode(),
            "under": list(streams),
        }

    def open(self, envelope: dict[str, Any], *, bound_to: str) -> Any:
        """The value, or the erased mark when a key is gone. Raises HistoryTampered on a changed envelope."""
        try:
            streams = tuple(envelope["under"])
            keys = self._known(streams)
            if len(keys) < len(streams):
                return ERASED_JSON
            plain = AESGCM(_combined([keys[stream] for stream in streams])).decrypt(
                b64decode(envelope["nonce"]), b64decode(envelope["sealed"]), bound_to.encode()
            )
        except (InvalidTag, ValueError, TypeError, KeyError):
            raise HistoryTampered(
                f"a sealed field does not open with its own key ({bound_to})",
                hint="the stored event was changed, or the key store belongs to another log",
            ) from None
        return orjson.loads(plain)

    def flush(self) -> bool:
        """Make the keys of everything sealed so far durable. Must come before the events are committed.

        False: another process made a key for one of the streams first, so what was sealed here must be sealed again.
        """
        if not self._pending:
            return True
        mine, self._pending = self._pending, {}
        cache = self._cache()
        winners = self._store.add(mine)
        cache.update(winners)
        return winners == mine

    def keyed_digest(self, stream: str, sha256_hex: str) -> str:
        """A digest only holders of the stream's key can compute: finds duplicates without a membership test for outsiders."""
        found = self._known([stream]) or self._store.add({stream: self._random(32)})
        known = found[stream]
        return hmac_new(known, b"fingerprint:" + bytes.fromhex(sha256_hex), sha256).hexdigest()

    def _keys(self, streams: Sequence[str]) -> list[bytes] | None:
        """The keys, made where there are none; None when one was destroyed."""
        known = self._known(streams)
        missing = [stream for stream in streams if stream not in known]
        if missing and self._store.destroyed(missing):
            return None
        for stream in missing:
            known[stream] = self._pending[stream] = self._random(32)
        return [known[stream] for stream in streams]

    def _known(self, streams: Sequence[str]) -> dict[str, bytes]:
        cache = self._cache()
        found = {
            stream: key
            for stream in streams
            if (key := cache.get(stream) or self._pending.get(stream)) is not None
        }
        missing = [stream for stream in streams if stream not in found]
        if missing:
            stored = self._store.find(missing)
            cache.update(stored)
            found.update(stored)
        return found

    def _cache(self) -> dict[str, bytes]:
        """The keys known since the last erasure. Who still holds an older one fills what is thrown away."""
        erasures = self._store.erasures()
        seen, cache = self._cached
        if seen != erasures:
            cache = {}
            self._cached = (erasures, cache)
        return cache


def _combined(keys: Sequence[bytes]) -> bytes:
    if len(keys) == 1:
        return keys[0]
    return HKDF(SHA256(), 32, salt=None, info=b"continuity/several-subjects").derive(b"".join(keys))
