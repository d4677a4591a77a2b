"""Logs without a database: rows as a verifier reads them, and what an administrator could do to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry.proof.held import HeldNote
from registry.proof.leaf import COLUMNS, leaf_of
from registry.proof.note import Checkpoint
from registry.proof.report import LogReport
from registry.proof.tree import root_of
from registry.proof.walk import Row, Walk

LOG = "studio_01jd0000000000000000000001"
POSITION, VERSION, BODY, LEAF = COLUMNS.index("position"), COLUMNS.index("version"), COLUMNS.index("body"), 13


def rows(count: int, *, log: str = LOG, salt: str = "") -> list[list[Any]]:
    """A log of so many events in seven streams; another `salt` is another history."""
    made = []
    for position in range(1, count + 1):
        stream, version = (position - 1) % 7, (position - 1) // 7 + 1
        row: list[Any] = [
            *(log.encode(), position, b"event_%026d" % position, b"scene_%026d" % stream, version),
            *(
                b"SceneDescribed",
                1,
                1_795_370_400_000_000 + position,
                b"key_01jd0000000000000000000001",
                b"r-%d" % position,
                b"cause-%d" % position,
                b"because of something before",
            ),
            b'{"words":"%s%d"}' % (salt.encode(), position),
        ]
        made.append([*row, leaf_of(row)])
    return made


def hashed(row: Sequence[Any]) -> list[Any]:
    """The row with a hash that fits, as an intruder would store it."""
    return [*row[:LEAF], leaf_of(row)]


def checkpoint(
    of: Sequence[Row], size: int | None = None, *, origin: str = f"films.example/{LOG}"
) -> Checkpoint:
    """What was held elsewhere of a log."""
    size = len(of) if size is None else size
    return Checkpoint(origin, size, root_of(row[LEAF] for row in of[:size]))


def walked(found: Sequence[Row], *held: Checkpoint) -> LogReport:
    """What a verifier says of rows."""
    walk = Walk(LOG, held)
    walk.take(found)
    return walk.end()


class Rows:
    """A source of rows that are at hand. `heads` says where its logs end; as they do, unless it is given."""

    def __init__(self, found: Sequence[Row], heads: dict[str, int] | None = None) -> None:
        self._rows = found
        self._heads = heads

    def heads(self) -> dict[str, int]:
        if self._heads is not None:
            return self._heads
        return {row[0].decode(): row[POSITION] for row in self._rows}

    def rows(self) -> Iterator[Sequence[Row]]:
        for start in range(0, len(self._rows), 64):
            yield self._rows[start : start + 64]

    def notes(self) -> Iterator[HeldNote]:
        yield from ()

    def misfits(self) -> Iterator[tuple[str, int, str]]:
        yield from ()

    def close(self) -> None:
        pass
