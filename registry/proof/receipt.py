"""A clip's receipt: a small file that proves offline, with the public key of the checkpoints alone, what the log says of a clip.

    {"checkpoint": "<signed note>", "clip": "clip_…", "events": [{<every column>, "path": […]}, …],
     "format": "continuity-receipt", "version": 1}

Canonical JSON, so a clip has one receipt under one checkpoint and no byte of it can be another. It asserts nothing: whatever it
says is read out of the events, after each was proven (`proven`) and all were found to belong together (`statement`). The format
is written down in docs/reference/receipt.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, get_args

from registry.proof.held import Keyring
from registry.proof.note import Checkpoint, Note, NoteInvalid, open_checkpoint
from registry.proof.proven import CannotTell, Leaf, Refuted, canonical_json, check, read_json, told
from registry.proof.statement import Statement, read_statement

FORMAT: Final = "continuity-receipt"
VERSION: Final = 1
MEDIA_TYPE: Final = "application/vnd.continuity.receipt+json"
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a receipt that is read; one has about 2 kB an event, and rarely more than fifty events."""
_MEMBERS: Final = frozenset({"format", "version", "clip", "checkpoint", "events"})
Step = Literal["form", "signature", "events", "statement", "file"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
"""What is checked, in this order: it is written as receipts are; one of the keys signed its checkpoint; each event leads to the
root that was signed; they belong together and none is missing; the file is the one they speak of."""
Proof = tuple[Mapping[str, Any], Sequence[bytes]]
"""A row of the log, and its path to the root of the checkpoint."""


def write_receipt(clip: str, checkpoint: Note | str, proofs: Iterable[Proof]) -> bytes:
    """The receipt's bytes; events in the log's order, whatever order they come in."""
    events = [told(row, path) for row, path in proofs]
    events.sort(key=lambda one: one["position"])
    return canonical_json(
        {
            "format": FORMAT,
            "version": VERSION,
            "clip": clip,
            "checkpoint": str(checkpoint),
            "events": events,
        }
    )


def _told_nobody(_step: Step) -> None:
    pass


def verify_receipt(
    raw: bytes, keys: Keyring, *, sha256: str | None = None, holds: Callable[[Step], None] = _told_nobody
) -> Statement:
    """What the receipt proves. `sha256` is that of the file it shall be of, in hexadecimal; None where only the receipt is asked.

    `holds` is told each step that held. Raises Refuted when it was changed or is another file's, and CannotTell when it is no
    receipt, of a newer version, or signed by none of the keys.
    """
    written = _read(raw)
    holds("form")
    checkpoint, _ = open_note(written["checkpoint"], keys, "its checkpoint")
    holds("signature")
    leaves = _leaves(written["events"], checkpoint)
    holds("events")
    statement = read_statement(written["clip"], checkpoint, leaves)
    holds("statement")
    if sha256 is not None:
        _must_be(statement, sha256.lower())
        holds("file")
    return statement


def _must_be(statement: Statement, sha256: str) -> None:
    """Raises Refuted."""
    if sha256 != statement.sha256:
        raise Refuted(
            f"the file has SHA-256 {sha256}, and the log says {statement.sha256} of {statement.clip}"
        )


def open_note(raw: bytes | str, keys: Keyring, where: str) -> tuple[Checkpoint, Note]:
    """The checkpoint in a note, signed by one of the keys. Raises Refuted, and CannotTell when none of them claims to have."""
    try:
        note = Note.parse(raw)
        opening = keys.opens(Checkpoint.parse(note.text).origin)
        if not {(one.name, one.key_hash) for one in note.signatures} & {
            (key.name, key.hash) for key in opening
        }:
            signers = ", ".join(f"{one.name} ({one.key_hash.hex()})" for one in note.signatures)
            missing = "none of the given keys is one of these" if opening else "no public key was given"
            raise CannotTell(f"{where} is signed by {signers}, and {missing}")
        return open_checkpoint(note, opening), note
    except NoteInvalid as invalid:
        raise Refuted(f"{where}: {invalid}") from None


def _leaves(written: Any, checkpoint: Checkpoint) -> list[Leaf]:
    """Each event proven, in the log's order and none twice."""
    if not isinstance(written, list):
        raise Refuted("its events are no list")
    leaves = [check(one, checkpoint) for one in written]
    positions = [leaf.position for leaf in leaves]
    if sorted(set(positions)) != positions:
        raise Refuted("its events do not stand in the order of the log")
    return leaves


def _read(raw: bytes) -> dict[str, Any]:
    """Raises CannotTell for what is no receipt, and Refuted for one that is written otherwise than receipts are."""
    if len(raw) > MOST_BYTES:
        raise CannotTell(f"a receipt has {MOST_BYTES:,} bytes at most, and this has {len(raw):,}")
    try:
        written = read_json(raw)
    except ValueError as unread:
        raise CannotTell(f"it is no receipt: {unread}") from None
    if not isinstance(written, dict) or written.get("format") != FORMAT:
        raise CannotTell("it is no receipt")
    if type(written.get("version")) is not int or written["version"] > VERSION:
        raise CannotTell(
            f"it is a receipt of version {written.get('version')}, and version {VERSION} is known"
        )
    if written["version"] != VERSION or written.keys() != _MEMBERS:
        raise Refuted("it has not the members that a receipt has")
    if not isinstance(written["clip"], str) or not isinstance(written["checkpoint"], str):
        raise Refuted("its clip or its checkpoint is no text")
    return written
