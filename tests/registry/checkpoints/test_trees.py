"""The tree of a log is read from its tiles: the same roots and proofs as from all leaves, whatever of it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest

from registry.checkpoints.trees import Trees
from registry.errors import HistoryTampered
from registry.log.nodes import TILE, Node
from registry.proof import tree
from registry.proof.tree import Frontier, check_consistency, check_inclusion


class Shelf:
    """Nodes and leaves that are at hand; counts what is read."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.all = list(leaves)
        self.shelved: dict[int, list[bytes]] = {}
        self.read = 0

    @contextmanager
    def reading(self, _log: str) -> Iterator[Any]:
        yield None

    def leaves(self, _connection: Any, _log: str, first: int, many: int) -> list[bytes]:
        self.read += many
        return self.all[first : first + many]

    def nodes(self, _connection: Any, _log: str, height: int, first: int, many: int) -> list[bytes]:
        found = self.shelved.get(height, [])[first : first + many]
        self.read += len(found)
        return found

    def kept(self, _log: str, height: int) -> int:
        return len(self.shelved.get(height, []))

    def add(self, _log: str, nodes: Sequence[Node]) -> None:
        for height, number, hashed in nodes:
            assert number == len(self.shelved.setdefault(height, []))
            self.shelved[height].append(hashed)

    def forget(self, _log: str) -> None:
        self.shelved.clear()


LEAVES = [sha256(number.to_bytes(4)).digest() for number in range(TILE * TILE + 700)]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """A log of 66,236 events of which the nodes of 65,900 are kept."""
    made = Shelf(LEAVES)
    Trees(made).grow("log", 65_900)  # type: ignore[arg-type]
    return made


def test_roots_and_proofs_are_those_of_the_leaves(shelf: Shelf) -> None:
    """At sizes on, before and behind tiles of both heights, and beyond what is kept."""
    trees = Trees(shelf)  # type: ignore[arg-type]
    grown, roots = Frontier(), {}
    for size, leaf in enumerate(LEAVES, 1):
        grown.append(leaf)
        if size % 7_919 == 0 or size in (1, 255, 256, 257, 65_535, 65_536, 65_537, 65_900, len(LEAVES)):
            roots[size] = grown.root()
    last = max(roots)
    for size, root in roots.items():
        assert trees.root("log", size) == root
        leaf, path = trees.inclusion("log", size, last)
        assert check_inclusion(leaf, size - 1, last, path, roots[last])
        assert check_consistency(size, last, trees.consistency("log", size, last), root, roots[last])


def test_a_proof_reads_a_few_tiles(shelf: Shelf) -> None:
    """Of 66,000 hashes a proof reads some tiles, not all: what is kept is worth its place."""
    shelf.read = 0
    Trees(shelf).inclusion("log", 33_333, 65_900)  # type: ignore[arg-type]
    assert shelf.read <= 6 * TILE


def test_nothing_kept_is_only_slow() -> None:
    """Without any node the same root comes from the leaves, and what is kept later is the same as made at once."""
    few = Shelf(LEAVES[:1_000])
    trees = Trees(few)  # type: ignore[arg-type]
    root = tree.root_of(LEAVES[:1_000])
    assert trees.root("log", 1_000) == root
    for size in (300, 301, 999, 1_000):
        trees.grow("log", size)
    assert few.kept("log", 1) == 3
    trees.renew("log", 1_000)
    assert (few.kept("log", 1), trees.root("log", 1_000)) == (3, root)


def test_a_hole_is_told() -> None:
    """Leaves that are not there are history that was tampered with, and no shorter proof."""
    with pytest.raises(HistoryTampered, match="events are missing"):
        Trees(Shelf(LEAVES[:100])).root("log", 200)  # type: ignore[arg-type]
