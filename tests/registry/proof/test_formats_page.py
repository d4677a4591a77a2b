"""docs/reference/proof.md is what others write verifiers from: its values come out of its words."""

from __future__ import annotations

import re
from pathlib import Path

from registry.proof.leaf import leaf_hash
from registry.proof.note import VerifierKey, open_checkpoint
from registry.proof.tree import root_of
from tests.registry.proof.test_leaf_hash import ROW

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "proof.md").read_text()
LEAVES, NOTE, KEY = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def test_the_values_of_the_page_hold() -> None:
    """The leaf, the leaves and root of three events, and a note that opens with the key beside it."""
    assert f"`{leaf_hash(ROW).hex()}`" in PAGE
    leaves = [leaf_hash(ROW | {"position": position}) for position in (1, 2, 3)]
    assert LEAVES.split() == [leaf.hex() for leaf in leaves]
    checkpoint = open_checkpoint(NOTE, [VerifierKey.parse(KEY.strip())])
    assert checkpoint.root == root_of(leaves)
    assert (checkpoint.size, checkpoint.log) == (3, ROW["log"])
    assert f"`{checkpoint.root.hex()}`" in PAGE
