"""Which checkpoints were made, and are not where they are kept any more?

That one was made is known by what the database wrote down, by what a witness signed and an authority stamped, and by the other
places. A place owes those since its first: one that was added later holds no older ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from registry.checkpoints.making import Checkpoints, name_of

NEWEST: Final = 100
"""So many are read too, and not only looked for by name."""
_DIGITS: Final = 19


class Lost(NamedTuple):
    """A checkpoint of so many events that is not as it was kept, in words."""

    size: int
    message: str


def lost_checkpoints(checkpoints: Checkpoints, log: str, signed: Mapping[int, bytes]) -> Iterator[Lost]:
    """`signed` are the roots that the database wrote down. The smallest size first. Raises CheckpointsUnusable."""
    origin = checkpoints.origin(log)
    names = {place.name: frozenset(place.names(origin)) for place in checkpoints.places}
    known = {*signed, *(size for kept in names.values() for size in map(_size, kept) if size is not None)}
    for size in sorted(known):
        yield from _gone(size, names)
    for size in sorted(known)[-NEWEST:]:
        if any(name_of(size) in kept for kept in names.values()):
            yield from _unlike(checkpoints, log, size, signed.get(size))


def _gone(size: int, names: Mapping[str, frozenset[str]]) -> Iterator[Lost]:
    """Not kept anywhere, or not in a place that keeps older ones."""
    name = name_of(size)
    if not any(name in kept for kept in names.values()):
        yield Lost(size, f"the checkpoint of {size} events was made, and is not kept anywhere any more")
        return
    for place, kept in names.items():
        if name not in kept and any(one < name for one in kept):
            yield Lost(size, f"the checkpoint of {size} events is not in {place}: copy {name} there")


def _unlike(checkpoints: Checkpoints, log: str, size: int, root: bytes | None) -> Iterator[Lost]:
    """Kept, and not readable as ours, or not the one that was made."""
    kept = checkpoints.at(log, size)
    if kept is None:
        yield Lost(
            size, f"what is kept as the checkpoint of {size} events is none that a key of ours has signed"
        )
    elif root is not None and kept.checkpoint.root != root:
        yield Lost(size, f"the checkpoint of {size} events that is kept is not the one that was made")


def _size(name: str) -> int | None:
    """Of how many events a file speaks."""
    return (
        int(name[:_DIGITS]) if name[:_DIGITS].isdecimal() and len(name.partition(".")[0]) == _DIGITS else None
    )
