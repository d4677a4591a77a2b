"""The tree of RFC 6962: roots and proofs are those of its known answers, and of an implementation that is not ours."""

from __future__ import annotations

from hashlib import sha256
from random import Random

import pytest

from registry.proof import tree
from registry.proof.tree import EMPTY_ROOT, Frontier, check_consistency, check_inclusion, reader_of, root_of
from tests.registry.proof.peers import Peer, rfc_includes
from tests.registry.proof.sizes import MUTANTS, PROOFS

LEAVES = [
    sha256(b"\x00" + bytes.fromhex(data)).digest()
    for data in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The eight leaves that implementations of Certificate Transparency are tested with."""
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
_96, _5F, _6B, _BC, _CA, _0E = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
INCLUSION = {
    (0, 1): [],
    (0, 8): [_96, _5F, _6B],
    (5, 8): [_BC, _CA, ROOTS[3]],
    (2, 3): [ROOTS[1]],
    (1, 5): [ROOTS[0], _5F, _BC],
}
CONSISTENCY = {(1, 1): [], (1, 8): [_96, _5F, _6B], (6, 8): [_0E, _CA, ROOTS[3]], (2, 5): [_5F, _BC]}


def test_known_roots() -> None:
    """A tree of each size has the known root, made at once, grown, or read from nodes; an empty one has that of the RFC."""
    assert root_of([]) == EMPTY_ROOT == tree.root(0, reader_of([])) == Frontier().root()
    for size, known in enumerate(ROOTS, 1):
        assert root_of(LEAVES[:size]).hex() == known
        assert tree.root(size, reader_of(LEAVES)).hex() == known
        assert tree.frontier(size, reader_of(LEAVES)).root().hex() == known


@pytest.mark.parametrize(("asked", "known"), INCLUSION.items())
def test_known_inclusion_proofs(asked: tuple[int, int], known: list[str]) -> None:
    """A path is the known one, and accepted."""
    index, size = asked
    path = tree.inclusion(index, size, reader_of(LEAVES))
    assert [one.hex() for one in path] == known
    assert check_inclusion(LEAVES[index], index, size, path, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("asked", "known"), CONSISTENCY.items())
def test_known_consistency_proofs(asked: tuple[int, int], known: list[str]) -> None:
    """A proof is the known one, and accepted."""
    old, new = asked
    proof = tree.consistency(old, new, reader_of(LEAVES))
    assert [one.hex() for one in proof] == known
    assert check_consistency(old, new, proof, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]))


def test_every_proof_of_small_trees() -> None:
    """Every leaf of every tree up to 40 is proven, and every tree in every later one; and nothing else is."""
    leaves = [sha256(bytes([number])).digest() for number in range(40)]
    roots = [root_of(leaves[:size]) for size in range(41)]
    read = reader_of(leaves)
    for size in range(1, 41):
        for index in range(size):
            path = tree.inclusion(index, size, read)
            assert check_inclusion(leaves[index], index, size, path, roots[size])
            assert rfc_includes(leaves[index], index, size, path) == roots[size]
            assert (
                not check_inclusion(leaves[index], (index + 1) % size, size, path, roots[size]) or size == 1
            )
        for old in range(size + 1):
            proof = tree.consistency(old, size, read)
            assert check_consistency(old, size, proof, roots[old], roots[size])
            assert not check_consistency(old, size, proof, roots[(old + 1) % 41], roots[size])


def test_a_frontier_goes_on_where_it_was() -> None:
    """What is kept of a tree of any size grows to the same roots as the whole tree."""
    read = reader_of(LEAVES)
    for size in range(8):
        kept = Frontier(size, tree.frontier(size, read).subtrees)
        kept.append(LEAVES[size])
        assert kept.root().hex() == ROOTS[size]
    with pytest.raises(ValueError, match="3 leaves is not 1 full"):
        Frontier(3, [LEAVES[0]])


def test_several_leaves_at_once_make_the_same_tree() -> None:
    """From any size by any number: the size, every full subtree and the root are as if they had come one by one."""
    leaves = [sha256(bytes([number])).digest() for number in range(40)]
    for size in range(20):
        for more in range(20):
            one_by_one, at_once = Frontier(), Frontier()
            for leaf in leaves[: size + more]:
                one_by_one.append(leaf)
            at_once.extend(leaves[:size])
            at_once.extend(leaves[size : size + more])
            assert (at_once.size, at_once.subtrees) == (size + more, one_by_one.subtrees)


def test_out_of_range_is_refused() -> None:
    """A leaf beyond the tree has no path, and a larger tree is not within a smaller one."""
    read = reader_of(LEAVES)
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        with pytest.raises(ValueError, match="has no leaf"):
            tree.inclusion(index, size, read)
    with pytest.raises(ValueError, match="cannot begin with"):
        tree.consistency(5, 4, read)


def test_an_independent_implementation_accepts_our_proofs() -> None:
    """Roots, inclusion and consistency proofs are taken by a library that shares no code with us."""
    random = Random(9162)
    data = [random.randbytes(20) for _ in range(300)]
    leaves = [sha256(b"\x00" + one).digest() for one in data]
    peer, read = Peer(data), reader_of(leaves)
    for _ in range(PROOFS):
        size = random.randint(2, len(data))
        index, old = random.randrange(size), random.randint(1, size - 1)
        assert peer.root(size) == tree.root(size, read)
        assert peer.takes_inclusion(index, size, tree.inclusion(index, size, read))
        assert peer.takes_consistency(old, size, tree.consistency(old, size, read))


def test_no_changed_proof_is_accepted() -> None:
    """A bit flipped, a hash left out, added, doubled or swapped, another leaf, index, size or root: refused every time."""
    random = Random(6962)
    leaves = [random.randbytes(32) for _ in range(200)]
    read, accepted = reader_of(leaves), 0
    for _ in range(MUTANTS // 100):
        size = random.randint(3, 200)
        index, old = random.randrange(size), random.randint(1, size - 1)
        path, proof = tree.inclusion(index, size, read), tree.consistency(old, size, read)
        root, old_root = tree.root(size, read), tree.root(old, read)
        for _ in range(50):
            accepted += check_inclusion(leaves[index], index, size, changed(path, random), root)
            accepted += check_consistency(old, size, changed(proof, random), old_root, root)
        accepted += check_inclusion(leaves[index], index, size, path, random.randbytes(32))
        accepted += check_consistency(old, size, proof, random.randbytes(32), root)
    assert accepted == 0


def changed(path: list[bytes], random: Random) -> list[bytes]:
    """A proof that differs from the one given."""
    made = list(path)
    while made == path:
        at = random.randrange(len(made) + 1)
        match random.randrange(6):
            case 0 if made:
                at = min(at, len(made) - 1)
                bit = random.randrange(256)
                made[at] = bytes(one ^ (1 << bit % 8) * (n == bit // 8) for n, one in enumerate(made[at]))
            case 1 if made:
                del made[min(at, len(made) - 1)]
            case 2:
                made.insert(at, random.randbytes(32))
            case 3 if made:
                made.insert(at, random.choice(made))
            case 4 if len(made) > 1:
                one, other = random.sample(range(len(made)), 2)
                made[one], made[other] = made[other], made[one]
            case 5 if made:
                made[min(at, len(made) - 1)] += b"\x00"
    return made
