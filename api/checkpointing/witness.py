"""A witness: somebody else who remembers how far the log was, and signs only what goes on from there (C2SP tlog-witness).

What it signed is kept as a file of its own beside the checkpoint: `<size>.<hash of its key>.cosigned`. It is asked once a
round until it has signed the newest checkpoint; it is never a condition for making one.
"""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from generation.errors import OutboundRefused, ReceiverUnreachable
from generation.outbound import Answered, Outbound
from registry.checkpoints.making import Checkpoints, Kept
from registry.errors import CheckpointsUnusable
from registry.proof.held import COSIGNED
from registry.proof.note import Note, NoteInvalid, Signature, VerifierKey

_log = structlog.get_logger("checkpoints")
_SECONDS: Final = 10.0
_MOST_BYTES: Final = 64 * 1024
_ANOTHER_SIZE: Final = 409


@dataclass(frozen=True, slots=True)
class Witness:
    """Where it is, and the key that its signatures have to be of."""

    outbound: Outbound
    address: str
    key: VerifierKey

    def see(self, checkpoints: Checkpoints, log: str, kept: Kept) -> bool:
        """Have it sign the checkpoint, unless it did; whether its signature is kept now. Nothing is raised."""
        try:
            signed = self._signed(checkpoints, log)
            if kept.checkpoint.size in signed:
                return True
            note = self._ask(checkpoints, log, kept, old=max(signed, default=0))
            if note is None:
                return False
            self._keep(checkpoints, log, kept, note)
        except (CheckpointsUnusable, OutboundRefused, ReceiverUnreachable) as failure:
            _log.warning("witness_silent", log=log, witness=self.key.name, why=failure.message)
            return False
        except NoteInvalid as refused:
            _log.error("witness_unusable", log=log, witness=self.key.name, why=str(refused))
            return False
        return True

    def _ask(self, checkpoints: Checkpoints, log: str, kept: Kept, *, old: int) -> Note | None:
        """Its signature under the note. One that remembers another size says so, and is asked again from there."""
        answer = self._post(checkpoints, log, kept, old)
        if answer.status == _ANOTHER_SIZE and (known := _size(answer.body)) is not None and known != old:
            if known > kept.checkpoint.size:
                _log.error("witness_knows_more", log=log, witness=self.key.name, size=known)
                return None
            answer = self._post(checkpoints, log, kept, known)
        if answer.status != 200:
            _log.error("witness_refuses", log=log, witness=self.key.name, status=answer.status)
            return None
        return self._joined(kept.note, answer.body)

    def _post(self, checkpoints: Checkpoints, log: str, kept: Kept, old: int) -> Answered:
        proof = checkpoints.trees.consistency(log, old, kept.checkpoint.size)
        lines = "".join(f"{b64encode(one).decode()}\n" for one in proof)
        body = f"old {old}\n{lines}\n{kept.note}".encode()
        said = {"content-type": "text/plain"}
        return self.outbound.post(
            f"{self.address}/add-checkpoint", body, said, most_bytes=_MOST_BYTES, deadline_seconds=_SECONDS
        )

    def _joined(self, note: Note, answer: bytes) -> Note:
        """The note with what the witness signed; lines of other keys are left out. Raises NoteInvalid."""
        told = Note.parse(note.text.encode() + b"\n" + answer)
        mine: tuple[Signature, ...] = tuple(
            one for one in told.signatures if (one.name, one.key_hash) == (self.key.name, self.key.hash)
        )
        joined = note.joined(Note(note.text, mine))
        joined.signed_by([self.key])
        return joined

    def _keep(self, checkpoints: Checkpoints, log: str, kept: Kept, note: Note) -> None:
        name = f"{kept.checkpoint.size:019d}.{self.key.hash.hex()}{COSIGNED}"
        for place in checkpoints.places:
            with suppress(CheckpointsUnusable):
                place.keep(checkpoints.origin(log), name, str(note).encode())

    def _signed(self, checkpoints: Checkpoints, log: str) -> set[int]:
        """The sizes it signed, as far as that is kept."""
        suffix = f".{self.key.hash.hex()}{COSIGNED}"
        for place in checkpoints.places:
            names = place.names(checkpoints.origin(log))
            if found := {int(name[:19]) for name in names if name.endswith(suffix) and name[:19].isdecimal()}:
                return found
        return set()


def _size(body: bytes) -> int | None:
    text = body.strip()
    return int(text) if len(text) < 19 and text.isdigit() else None
