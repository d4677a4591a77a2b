"""What an archive is made from and brought into: an installation's registry, keys and blobs, and who hears of progress."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from registry.blobs import Blobs
from registry.checkpoints.making import Checkpoints
from registry.events.envelope import Context
from registry.privacy.keys import KeyStore
from registry.registry import Registry

Tell = Callable[[str, int, int | None], None]
"""(`events` or `blobs`, done so far, in all if that is known)."""
INSTALLATION: Final = ("installation:callbacks", "installation:relay")
"""Secrets under which addresses were given to the provider: with them, what waits to be sent again stays the same bytes."""


def tell_nobody(_part: str, _done: int, _all: int | None) -> None:
    """For callers without anybody to tell."""


@dataclass(frozen=True, slots=True)
class House:
    """One installation. `context` says who moves the studio; checkpoints go along where there are any."""

    registry: Registry
    keys: KeyStore
    blobs: Blobs
    random_bytes: Callable[[int], bytes]
    context: Context
    tell: Tell = tell_nobody
    checkpoints: Checkpoints | None = None

    def find_keys(self, streams: Collection[str]) -> dict[str, bytes]:
        """The data keys that exist, asked for in parts: a key store may be a server."""
        found: dict[str, bytes] = {}
        for some in _in_parts(streams):
            found |= self.keys.find(some)
        return found

    def destroyed_keys(self, streams: Collection[str]) -> frozenset[str]:
        """Those whose keys were destroyed."""
        return frozenset(stream for some in _in_parts(streams) for stream in self.keys.destroyed(some))

    def add_keys(self, keys: dict[str, bytes]) -> None:
        """Keep keys durably; where a stream has one already, that one stays."""
        for some in _in_parts(keys):
            self.keys.add({stream: keys[stream] for stream in some})


def _in_parts(streams: Collection[str], size: int = 500) -> Iterator[list[str]]:
    listed = list(streams)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
