"""Sealing and opening personal fields (AES-256-GCM under stream keys).

A field about one subject is sealed under that stream's key. A text about several is sealed under a key derived from all of
theirs, so erasing any one of them kills it. The ciphertext is bound to log, stream, event and field, so it cannot be moved.

Keys are cached, and the cache is dropped when any process destroyed any. Under a destroyed key nothing can be sealed again: what
would be is written down as erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from hmac import new as hmac_new
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pybase64 import b64decode, b64encode

from registry.errors import HistoryTampered
from registry.events.canonical import canonical
from registry.privacy.keys import KeyStore

ERASED_JSON = {"erased": True}
_MOST_KEYS: Final = 10_000
"""Kept at hand, about 200 bytes each; who needs others looks them up again."""


class Sealing:
    """The sealing of one batch: keys it makes as needed are its own until `flush` makes them durable, before the events are.

    `erasures` is how often keys were destroyed when the log's head was locked; while it is held none of its streams loses one.
    """

    def __init__(self, sealer: Sealer, random_bytes: Callable[[int], bytes], erasures: int) -> None:
        self._sealer = sealer
        self._random = random_bytes
        self._erasures = erasures
        self._pending: dict[str, bytes] = {}

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

    def flush(self) -> bool:
        """Make the keys of everything sealed so far durable. Must come before the events are committed.

        False: another process made a key for one of the streams first, so what was sealed here must be sealed again.
        """
        mine, self._pending = self._pending, {}
        return not mine or self._sealer.add(mine) == mine

    def _keys(self, streams: Sequence[str]) -> list[bytes] | None:
        """The keys, made where there are none; None when one was destroyed."""
        known = {stream: self._pending[stream] for stream in streams if stream in self._pending}
        known |= self._sealer.known([stream for stream in streams if stream not in known], self._erasures)
        missing = [stream for stream in streams if stream not in known]
        if missing and self._sealer.destroyed(missing):
            return None
        for stream in missing:
            known[stream] = self._pending[stream] = self._random(32)
        return [known[stream] for stream in streams]


class Opening:
    """Opens sealed fields with the keys that `find` gives."""

    def __init__(self, find: Callable[[Sequence[str]], Mapping[str, bytes]]) -> None:
        self._find = find
        self._ciphers: dict[tuple[str, ...], AESGCM | None] = {}

    def open(self, envelope: Mapping[str, Any], *, bound_to: str) -> Any:
        """The value, or the erased mark when a key is gone. Raises HistoryTampered on a changed envelope."""
        try:
            streams = tuple(envelope["under"])
            if streams not in self._ciphers:
                self._ciphers[streams] = self._cipher(streams)
            if (cipher := self._ciphers[streams]) is None:
                return ERASED_JSON
            plain = cipher.decrypt(
                b64decode(envelope["nonce"]), b64decode(envelope["sealed"]), bound_to.encode()
            )
        except (InvalidTag, ValueError, TypeError, KeyError):
            raise HistoryTampered(
                f"a sealed field does not open with its own key ({bound_to})",
                hint="the stored event was changed, or the key store belongs to another log",
            ) from None
        return orjson.loads(plain)

    def _cipher(self, streams: tuple[str, ...]) -> AESGCM | None:
        """None when a key is gone."""
        keys = self._find(streams)
        return AESGCM(_combined([keys[stream] for stream in streams])) if len(keys) == len(streams) else None


class Sealer:
    """Opens sealed fields, and begins the sealing of batches. Shared by all threads of a process."""

    def __init__(self, store: KeyStore, random_bytes: Callable[[int], bytes]) -> None:
        self._store = store
        self._random = random_bytes
        self._cached: tuple[int, dict[str, bytes]] = (0, {})

    def begin(self, erasures: int) -> Sealing:
        """The sealing of one batch, in which keys were destroyed so often."""
        return Sealing(self, self._random, erasures)

    def erasures(self) -> int:
        """How often keys were destroyed; another answer than before means that plain text kept elsewhere may have to go."""
        return self._store.erasures()

    def open(self, envelope: Mapping[str, Any], *, bound_to: str) -> Any:
        """The value, or the erased mark when a key is gone. Raises HistoryTampered on a changed envelope."""
        return Opening(self.known).open(envelope, bound_to=bound_to)

    def opening(self, envelopes: Iterable[Mapping[str, Any]]) -> Opening:
        """What opens these envelopes, with keys as they are now, looked up at once. They are not kept: a long read needs many."""
        cache = self._cache()
        named = (envelope.get("under") for envelope in envelopes)
        streams = {str(stream) for under in named if isinstance(under, list) for stream in under}
        keys = {stream: cache[stream] for stream in streams if stream in cache}
        keys |= self._store.find(sorted(streams - keys.keys()))
        return Opening(lambda wanted: {stream: keys[stream] for stream in wanted if stream in keys})

    def keyed_digest(self, stream: str, sha256_hex: str) -> str:
        """A digest only holders of the stream's key can compute: finds duplicates without a membership test for outsiders."""
        found = self.known([stream]) or self._store.add({stream: self._random(32)})
        known = found[stream]
        return hmac_new(known, b"fingerprint:" + bytes.fromhex(sha256_hex), sha256).hexdigest()

    def known(self, streams: Sequence[str], erasures: int | None = None) -> dict[str, bytes]:
        """The durable keys among those of `streams`; `erasures` is the count of now, where the caller holds it still."""
        cache = self._cache(erasures)
        found = {stream: key for stream in streams if (key := cache.get(stream)) is not None}
        missing = [stream for stream in streams if stream not in found]
        if missing:
            stored = self._store.find(missing)
            cache.update(stored)
            found.update(stored)
        return found

    def destroyed(self, streams: Sequence[str]) -> frozenset[str]:
        """Those whose keys were destroyed."""
        return self._store.destroyed(streams)

    def add(self, keys: dict[str, bytes]) -> dict[str, bytes]:
        """Make keys durable; answers the ones that stand, which are others where somebody was first."""
        cache = self._cache()
        winners = self._store.add(keys)
        cache.update(winners)
        return winners

    def _cache(self, erasures: int | None = None) -> dict[str, bytes]:
        """The keys known since the last erasure. Who still holds an older one fills what is thrown away."""
        if erasures is None:
            erasures = self._store.erasures()
        seen, cache = self._cached
        if seen != erasures or len(cache) > _MOST_KEYS:
            cache = {}
            self._cached = (erasures, cache)
        return cache


def _combined(keys: Sequence[bytes]) -> bytes:
    if len(keys) == 1:
        return keys[0]
    return HKDF(SHA256(), 32, salt=None, info=b"continuity/several-subjects").derive(b"".join(keys))
