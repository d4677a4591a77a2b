"""What a verifier holds: public keys, and checkpoints that were kept outside the database, in files and folders.

A checkpoint is a file `<size>.checkpoint`; one that a witness has signed too is `<size>.<key hash>.cosigned` beside it. A
folder is read with all that is in it. What cannot be read, or is signed by none of the keys, is told, never passed over in
silence.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from registry.proof.note import MOST_BYTES, Checkpoint, Note, NoteInvalid, VerifierKey, open_checkpoint

CHECKPOINT: Final = ".checkpoint"
COSIGNED: Final = ".cosigned"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Public keys: those with a name open what its log has signed, those without one any log's."""

    named: tuple[VerifierKey, ...] = ()
    bare: tuple[bytes, ...] = ()

    def opens(self, origin: str) -> list[VerifierKey]:
        """The keys that may have signed for this origin."""
        return [*self.named, *(VerifierKey(origin, public) for public in self.bare)]

    @classmethod
    def read(cls, given: Iterable[str]) -> Keyring:
        """From `<name>+<hash>+<base64>`, the base64 of 32 bytes alone, or files with one of these a line. Raises NoteInvalid."""
        named: list[VerifierKey] = []
        bare: list[bytes] = []
        for text in _lines(given):
            public = _public(text)
            if public is not None:
                bare.append(public)
            else:
                named.append(VerifierKey.parse(text))
        return cls(tuple(named), tuple(bare))


class HeldNote(NamedTuple):
    """A note and where it is from."""

    where: str
    raw: bytes


@dataclass
class Held:
    """Checkpoints that could be opened, by log; `doubts` says of the others why not, in words."""

    opened: dict[str, list[Checkpoint]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, notes: Iterable[HeldNote], keys: Keyring) -> Held:
        """Open what the keys have signed."""
        held = cls()
        for where, raw in notes:
            try:
                note = Note.parse(raw)
                origin = Checkpoint.parse(note.text).origin
                checkpoint = open_checkpoint(note, keys.opens(origin))
            except NoteInvalid as refused:
                held.doubts.append(f"{where}: {refused}")
            else:
                held.opened.setdefault(checkpoint.log, []).append(checkpoint)
        return held


def notes_in(places: Sequence[Path]) -> Iterator[HeldNote]:
    """The notes of files, and of all that folders hold. Raises OSError."""
    for place in places:
        files = sorted(_notes_below(place)) if place.is_dir() else [place]
        for file in files:
            with file.open("rb") as opened:
                yield HeldNote(str(file), opened.read(MOST_BYTES + 1))


def _notes_below(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.suffix in (CHECKPOINT, COSIGNED) and not file.name.startswith(".") and file.is_file():
            yield file


def _lines(given: Iterable[str]) -> Iterator[str]:
    for one in given:
        try:
            text = Path(one).read_text("utf-8") if len(one) < 4_096 and Path(one).is_file() else one
        except (OSError, ValueError) as failure:
            raise NoteInvalid(f"{one} cannot be read: {failure}") from None
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            raise NoteInvalid(f"{one!r} holds no public key")
        yield from lines


def _public(text: str) -> bytes | None:
    """The 32 bytes of a key without a name; None when it is written with one."""
    try:
        raw = b64decode(text.encode(), validate=True)
    except (NotBase64, ValueError):
        return None
    return raw if len(raw) == 32 else None
