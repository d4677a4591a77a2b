"""Roots and proofs of a log of any length, from its kept nodes and, beyond them, from its leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from registry.log.nodes import TILE, Node, Nodes, whole
from registry.proof import tree
from registry.proof.tree import Reader
from registry.registry import Connection

_LEVELS: Final = 8
"""Levels of the tree in one height of nodes: 2 ** 8 = TILE."""
_AT_ONCE: Final = 256
_MOST_TILES: Final = 512
"""Kept at hand by one question, some 8 MB; who needs others reads them again."""
_LEAVES_AT_ONCE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees of all logs. Raises HistoryTampered where events are missing below the size that is asked for."""

    nodes: Nodes

    def root(self, log: str, size: int) -> bytes:
        """The root over the first `size` events."""
        with self.nodes.reading(log) as connection:
            return tree.root(size, self._reader(connection, log))

    def inclusion(self, log: str, position: int, size: int) -> tuple[bytes, list[bytes]]:
        """The leaf hash of the event at a position, and the path that proves it in the first `size` events.

        Raises ValueError for a position that is not among them.
        """
        with self.nodes.reading(log) as connection:
            reader = self._reader(connection, log)
            path = tree.inclusion(position - 1, size, reader)
            return reader(0, position - 1), path

    @contextmanager
    def paths(self, log: str, size: int) -> Iterator[Callable[[int], list[bytes]]]:
        """What gives the paths of many positions in the first `size` events, over one connection, each tile read about once."""
        with self.nodes.reading(log) as connection:
            reader = self._reader(connection, log)
            yield lambda position: tree.inclusion(position - 1, size, reader)

    def consistency(self, log: str, old: int, new: int) -> list[bytes]:
        """The proof that the first `new` events begin with the first `old`. Raises ValueError when they are fewer."""
        with self.nodes.reading(log) as connection:
            return tree.consistency(old, new, self._reader(connection, log))

    def grown(self, log: str, old: int, new: int) -> tuple[bytes, bytes]:
        """The roots at two sizes, the newer one from the older tree and the leaves after it: no node that was kept since
        counts.
        """
        with self.nodes.reading(log) as connection:
            growing = tree.frontier(old, self._reader(connection, log))
            before = growing.root()
            for first in range(old, new, _LEAVES_AT_ONCE):
                many = min(_LEAVES_AT_ONCE, new - first)
                growing.extend(whole(log, self.nodes.leaves(connection, log, first, many), many))
        return before, growing.root()

    def grow(self, log: str, size: int) -> None:
        """Keep what nodes the first `size` events have and are not kept yet. May be repeated, and killed. Raises LogBusy."""
        height = 1
        while full := size // TILE**height:
            first = self.nodes.kept(log, height)
            for start in range(first, full, _AT_ONCE):
                self.nodes.add(log, list(self._made(log, height, start, min(full, start + _AT_ONCE))))
            height += 1

    def renew(self, log: str, size: int) -> None:
        """Make all nodes of a log again from its leaves: they are derived, so whatever stood there does not count."""
        self.nodes.forget(log)
        self.grow(log, size)

    def _made(self, log: str, height: int, first: int, end: int) -> Iterator[Node]:
        with self.nodes.reading(log) as connection:
            tiles = _Tiles(self.nodes, connection, log)
            for number in range(first, end):
                hashes = whole(log, tiles.tile(height - 1, number), TILE)
                yield Node(height, number, tree.full_root(hashes))

    def _reader(self, connection: Connection, log: str) -> Reader:
        return _Tiles(self.nodes, connection, log).hash


class _Tiles:
    """The hashes of one log as one question wants them; a tile is read once, or again when there were many since."""

    def __init__(self, nodes: Nodes, connection: Connection, log: str) -> None:
        self._nodes = nodes
        self._connection = connection
        self._log = log
        self._seen: dict[tuple[int, int], list[bytes]] = {}

    def hash(self, level: int, index: int) -> bytes:
        """The hash of a full subtree (`tree.Reader`)."""
        height, levels = divmod(level, _LEVELS)
        first, many = index << levels, 1 << levels
        tile, at = divmod(first, TILE)
        hashes = self.tile(height, tile)
        if height and len(hashes) < at + many:
            hashes = hashes + [
                self._root_of_tile(height, tile * TILE + n) for n in range(len(hashes), at + many)
            ]
            self._seen[height, tile] = hashes
        return tree.full_root(whole(self._log, hashes[at : at + many], many))

    def tile(self, height: int, number: int) -> list[bytes]:
        """Up to 256 hashes of a height, as far as they are kept."""
        if (height, number) not in self._seen:
            if len(self._seen) >= _MOST_TILES:
                self._seen.clear()
            first = number * TILE
            if height:
                found = self._nodes.nodes(self._connection, self._log, height, first, TILE)
            else:
                found = self._nodes.leaves(self._connection, self._log, first, TILE)
            self._seen[height, number] = found
        return self._seen[height, number]

    def _root_of_tile(self, height: int, number: int) -> bytes:
        """A node that nobody has kept yet."""
        below = (height - 1) * _LEVELS
        return tree.full_root([self.hash(below, number * TILE + n) for n in range(TILE)])
