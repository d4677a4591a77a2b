"""Receipts: what the log says of a clip, proven under a checkpoint, in a file that outlives us (`registry.proof.receipt`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from registry.checkpoints.making import Checkpoints
from registry.log.feed.raw import Columns
from registry.proof.leaf import leaf_hash
from registry.proof.note import Checkpoint, Note, VerifierKey
from registry.proof.proven import Leaf, Refuted
from registry.proof.receipt import write_receipt
from registry.proof.statement import MADE, Statement, read_statement


@dataclass(frozen=True, slots=True)
class Proofs:
    """A signed checkpoint of a log, the public keys to check it by, and what gives the path of any position up to its size."""

    note: Note
    checkpoint: Checkpoint
    keys: tuple[VerifierKey, ...]
    paths: Callable[[], AbstractContextManager[Callable[[int], Sequence[bytes]]]]


def proofs_of(checkpoints: Checkpoints, log: str, *, until: int) -> Proofs:
    """Proofs under the newest checkpoint, or under one that is made now where that does not reach `until`.

    Raises LogForked, CheckpointsUnusable and LogBusy.
    """
    kept = checkpoints.covering(log, until)
    size = kept.checkpoint.size
    return Proofs(
        note=kept.note,
        checkpoint=kept.checkpoint,
        keys=tuple(checkpoints.keys(log)),
        paths=lambda: checkpoints.trees.paths(log, size),
    )


def receipt_of(clip: str, rows: Sequence[Columns], proofs: Proofs) -> bytes:
    """The clip's receipt, of the rows that speak for it (`evidence`); no connection is held beside that of the paths."""
    with proofs.paths() as path:
        return write_receipt(clip, proofs.note, [(row, path(row["position"])) for row in rows])


def claim_of(clip: str, rows: Sequence[Columns], checkpoint: Checkpoint) -> Statement:
    """What the receipt of these rows says, without its paths: the rows' hashes are those that stand in the log's tree.

    Raises Refuted where no receipt can be made: an event is changed, gone, or of another clip.
    """
    leaves = []
    for row in rows:
        if leaf_hash(row) != row["leaf_hash"]:
            raise Refuted(f"the event at position {row['position']} was changed")
        leaves.append(Leaf.of(row))
    statement = read_statement(clip, checkpoint, leaves)
    streams, types = {leaf.stream for leaf in leaves}, {leaf.type for leaf in leaves}
    if MADE in types and not {statement.generation, statement.submission} <= streams:
        raise Refuted(f"the generation or the paid call of {clip} is not in the log")
    return statement
