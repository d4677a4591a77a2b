"""Receipts: what the log says of a clip, proven under a checkpoint, in a file that outlives us (`registry.proof.receipt`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from registry.checkpoints.making import Checkpoints
from registry.log.feed.raw import Columns
from registry.proof.note import Checkpoint, Note, VerifierKey
from registry.proof.receipt import write_receipt


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
