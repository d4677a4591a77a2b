"""Two readings of RFC 6962 that are not ours: a library's, and the definitions of section 2.1 word by word."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from pymerkle import InclusionProof, InmemoryTree, InvalidProof, verify_inclusion


def rfc_includes(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root a path leads to, by the recursive definition of PATH (RFC 6962, 2.1.1): from the root's split downwards."""
    if size == 1:
        return leaf
    split = 1 << ((size - 1).bit_length() - 1)
    if index < split:
        left = rfc_includes(leaf, index, split, path[:-1])
        return sha256(b"\x01" + left + path[-1]).digest()
    right = rfc_includes(leaf, index - split, size - split, path[:-1])
    return sha256(b"\x01" + path[-1] + right).digest()


def rfc_consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """The two roots a consistency proof leads to, by the recursive definition of SUBPROOF (RFC 6962, 2.1.2)."""
    left = list(proof)
    roots = _subproof(old, new, left, whole=old_root)
    if left:
        raise ValueError("the proof says more than it should")
    return roots


def _subproof(old: int, new: int, proof: list[bytes], *, whole: bytes | None) -> tuple[bytes, bytes]:
    """The hash of the first `old` and of all `new` leaves below here; takes what it uses from the proof's end.

    `whole` is the old root for as long as the old tree could still be a subtree on the left edge.
    """
    if old == new:
        found = proof.pop() if whole is None else whole
        return found, found
    split = 1 << ((new - 1).bit_length() - 1)
    beside = proof.pop()
    if old <= split:
        before, after = _subproof(old, split, proof, whole=whole)
        return before, sha256(b"\x01" + after + beside).digest()
    before, after = _subproof(old - split, new - split, proof, whole=None)
    return sha256(b"\x01" + beside + before).digest(), sha256(b"\x01" + beside + after).digest()


class Peer:
    """A log in `pymerkle`, which says itself what roots are and which inclusion proofs it takes.

    It writes consistency proofs in a form of its own, so those are read by the definition, against its roots.
    """

    def __init__(self, data: Sequence[bytes]) -> None:
        self._tree = InmemoryTree("sha256")
        for one in data:
            self._tree.append_entry(one)

    def root(self, size: int) -> bytes:
        return bytes(self._tree.get_root(size))

    def takes_inclusion(self, index: int, size: int, path: Sequence[bytes]) -> bool:
        theirs, leaf = self._tree.prove_inclusion(index + 1, size), self._tree.get_leaf(index + 1)
        said = InclusionProof("sha256", True, size, index + 1, theirs.rule, [leaf, *path])
        try:
            verify_inclusion(leaf, self.root(size), said, index=index + 1, size=size)
        except InvalidProof:
            return False
        return True

    def takes_consistency(self, old: int, new: int, proof: Sequence[bytes]) -> bool:
        return rfc_consistent(old, new, proof, self.root(old)) == (self.root(old), self.root(new))
