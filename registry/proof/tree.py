"""The tree over a log's leaf hashes (RFC 6962, RFC 9162): its root, its proofs, and the checking of both. Pure.

Position `p` of a log is leaf `p - 1`. A tree of any size is a row of *full* subtrees, largest first; whoever makes proofs hands
in a reader, `reader(level, index)`, that knows the hash of the `index`-th full subtree of `2 ** level` leaves and nothing else.

Checking answers True or False and never raises: what is checked comes from somebody who is not trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

Reader = Callable[[int, int], bytes]
"""(level, index) -> hash of that full subtree; level 0 are the leaves."""
HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162, 2.1.1)."""
_NODE: Final = b"\x01"


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node by its two children; its first byte keeps nodes apart from leaves."""
    return sha256(_NODE + left + right).digest()


class Frontier:
    """A tree that only grows, as the roots of its full subtrees, largest first: at most one per bit of its size."""

    def __init__(self, size: int = 0, subtrees: Sequence[bytes] = ()) -> None:
        """Raises ValueError when there are not as many subtrees as a tree of that size has."""
        if size < 0 or size.bit_count() != len(subtrees):
            raise ValueError(f"a tree of {size} leaves is not {len(subtrees)} full subtrees")
        self.size = size
        self.subtrees = list(subtrees)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes, a level at a time: for many half the time of adding one after the other."""
        level, size, odd = list(leaves), self.size, []
        self.size += len(level)
        while level:
            if size & 1:
                level.insert(0, self.subtrees.pop())
            if len(level) & 1:
                odd.append(level.pop())
            level = _parents(level)
            size >>= 1
        self.subtrees += reversed(odd)

    def root(self) -> bytes:
        """The root of all that was added so far."""
        if not self.subtrees:
            return EMPTY_ROOT
        found = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            found = node_hash(left, found)
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in their order."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """The root of a full subtree by the hashes of one of its levels, whose number is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """The hashes one level up, of an even number of nodes; `node_hash` without its calls."""
    pairs = zip(level[::2], level[1::2], strict=True)
    return [sha256(_NODE + left + right).digest() for left, right in pairs]


def reader_of(leaves: Sequence[bytes]) -> Reader:
    """A reader over leaf hashes that are all at hand."""
    return lambda level, index: full_root(leaves[index << level : (index + 1) << level])


def root(size: int, reader: Reader) -> bytes:
    """The root of the first `size` leaves."""
    return _range(0, size, reader) if size else EMPTY_ROOT


def frontier(size: int, reader: Reader) -> Frontier:
    """The first `size` leaves as full subtrees, ready to grow."""
    subtrees, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            subtrees.append(reader(level, start >> level))
            start += 1 << level
    return Frontier(size, subtrees)


def inclusion(index: int, size: int, reader: Reader) -> list[bytes]:
    """The path that proves leaf `index` in the tree of `size` leaves, from the leaf up. Raises ValueError out of range."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start, left = 0, size
    while left > 1:
        half = _split(left)
        if index - start < half:
            path.append(_range(start + half, left - half, reader))
            left = half
        else:
            path.append(_range(start, half, reader))
            start, left = start + half, left - half
    return path[::-1]


def consistency(old: int, new: int, reader: Reader) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old`. Empty when they are one, or the old one is empty.

    Raises ValueError when the new one is smaller.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot begin with one of {old}")
    proof: list[bytes] = []
    start, left = 0, new if old else 0
    while left and start + left != old:
        half = _split(left)
        if old - start <= half:
            proof.append(_range(start + half, left - half, reader))
            left = half
        else:
            proof.append(_range(start, half, reader))
            start, left = start + half, left - half
    if start:  # the old tree is no full subtree on the left edge of the new one, so its last part is told too
        proof.append(_range(start, left, reader))
    return proof[::-1]


def check_inclusion(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf to the root of a tree of that size (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf_hash, root, *path):
        return False
    found, at, last = leaf_hash, index, size - 1
    for beside in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(beside, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree with the new root begins with the one with the old root (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or not _hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = [old_root, *proof] if old.bit_count() == 1 else list(proof)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """The largest power of two below a size of two or more: how many leaves stand on the left."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(start: int, size: int, reader: Reader) -> bytes:
    """The root over `size` leaves from `start` on, which a full subtree of at least that size begins with."""
    subtrees = []
    while size:
        level = size.bit_length() - 1
        subtrees.append(reader(level, start >> level))
        start, size = start + (1 << level), size - (1 << level)
    found = subtrees.pop()
    while subtrees:
        found = node_hash(subtrees.pop(), found)
    return found


def _hashes(*found: bytes) -> bool:
    """A node's children have one length each, or bytes could wander from one to the other."""
    return all(len(one) == HASH_BYTES for one in found)
