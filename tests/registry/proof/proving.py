"""Proofs over a log as it is, signed with a key of the tests' own, without the places that checkpoints are kept in."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from registry.log.tables import EVENTS
from registry.proof import tree
from registry.proof.held import Keyring
from registry.proof.note import Checkpoint, Signer, sign
from registry.receipts import Proofs
from tests.registry.log.opened import STUDIO, Opened

SIGNER: Final = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER: Final = Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
ORIGIN: Final = f"films.example/{STUDIO}"
KEY: Final = SIGNER.key(ORIGIN)
KEYS: Final = Keyring((KEY,))


def proofs(log: Opened, *, size: int | None = None, signer: Signer = SIGNER) -> Proofs:
    """Proofs under a checkpoint of the whole log, or of so many events."""
    query = select(EVENTS.c.leaf_hash).where(EVENTS.c.log == STUDIO).order_by(EVENTS.c.position)
    with log.registry.reading(STUDIO) as connection:
        leaves = [bytes(leaf) for leaf in connection.execute(query).scalars()][:size]
    return proofs_over(leaves, signer=signer)


def proofs_over(leaves: list[bytes], *, signer: Signer = SIGNER) -> Proofs:
    """The same over leaf hashes at hand."""
    checkpoint = Checkpoint(ORIGIN, len(leaves), tree.root_of(leaves))
    reader = tree.reader_of(leaves)
    return Proofs(
        note=sign(checkpoint, [signer]),
        checkpoint=checkpoint,
        keys=(signer.key(ORIGIN),),
        paths=lambda: nullcontext(lambda position: tree.inclusion(position - 1, len(leaves), reader)),
    )
