"""Signed notes and checkpoints of a log, as C2SP writes them (signed-note, tlog-checkpoint, tlog-cosignature). Pure.

    continuity.example/studio_01j…      the origin: which log this is
    4711                                how many leaves its tree has: the last position
    VGhpcyBpcyBub3QgYSByb290IGF0IGFsbC4uLi4uLi4=
                                        an empty line ends the text; what follows are signatures
    — continuity.example/studio_01j… <base64 of key hash and signature>

One Ed25519 key signs all logs of an installation; the key's *name* is the log's origin, so a signature for one log never passes
for another's. Nothing lenient: one way to write each thing, and whatever is written otherwise is no note.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.proof.tree import HASH_BYTES

ED25519: Final = 0x01
"""The kind of a log's own key (signed-note)."""
COSIGNATURE: Final = 0x04
"""The kind of a witness's key: what it signs says when (tlog-cosignature, cosignature/v1)."""
MOST_BYTES: Final = 1_000_000
MOST_SIGNATURES: Final = 100
_DASH: Final = "— "
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = {ED25519: 64, COSIGNATURE: 8 + 64}
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_KEY_HASH: Final = re.compile(r"[0-9a-f]{8}", re.ASCII)


class NoteInvalid(ValueError):
    """It is no note, no checkpoint or no key, or nobody known has signed it; the message says which."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key as it is handed out: `<name>+<hash>+<base64 of kind and key>`."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def hash(self) -> bytes:
        """Four bytes that tell which key of a name has signed."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises NoteInvalid."""
        name, _, rest = text.partition("+")
        hashed, _, encoded = rest.partition("+")
        raw = _bytes(encoded, "a public key")
        if not _is_name(name) or not _KEY_HASH.fullmatch(hashed) or len(raw) != 1 + _KEY_BYTES:
            raise NoteInvalid(f"{text!r} is no public key of the form <name>+<hash>+<base64>")
        key = cls(name, raw[1:], raw[0])
        if key.kind not in _SIGNATURE_BYTES:
            raise NoteInvalid(f"the key of {name} is of kind {key.kind}, and 1 and 4 are known")
        if key.hash.hex() != hashed:
            raise NoteInvalid(f"the key of {name} has the hash {key.hash.hex()}, not {hashed}")
        return key

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether this key made that signature of a note's text."""
        if len(signature) != _SIGNATURE_BYTES[self.kind]:
            return False
        signed = text.encode()
        if self.kind == COSIGNATURE:
            signed = _cosigned(text, int.from_bytes(signature[:8]))
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[-64:], signed)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signature(NamedTuple):
    """One line under a note: whose it says it is, which key's, and the bytes."""

    name: str
    key_hash: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.key_hash + self.signature).decode()}"

    @property
    def cosigned_at(self) -> int:
        """When a witness says it signed, in seconds since 1970; means something where its key is one of a witness."""
        return int.from_bytes(self.signature[:8])


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and the signatures under it, checked or not."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{one}\n" for one in self.signatures)

    @classmethod
    def parse(cls, raw: bytes | str) -> Self:
        """What is written, whoever signed it. Raises NoteInvalid."""
        text, signatures = _halves(raw)
        return cls(text, tuple(_signature(line) for line in signatures))

    def signed_by(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Those of the keys that signed it; lines of keys that are not known say nothing.

        Raises NoteInvalid when a line claims a known key and is not its signature, or when none of them signed.
        """
        found: list[VerifierKey] = []
        known = {(key.name, key.hash): key for key in keys}
        for one in self.signatures:
            key = known.get((one.name, one.key_hash))
            if key is None:
                continue
            if key in found:
                raise NoteInvalid(f"{one.name} signed twice with the key {key.hash.hex()}")
            if not key.verify(self.text, one.signature):
                raise NoteInvalid(f"the signature of {one.name} (key {key.hash.hex()}) does not fit the text")
            found.append(key)
        if not found:
            raise NoteInvalid(
                "none of the known keys has signed it"
                if known
                else "no public key was given, and without one nobody can tell who signed it"
            )
        return tuple(found)

    def joined(self, other: Note) -> Note:
        """The note with the signatures of another over the same text. Raises NoteInvalid when the texts differ."""
        if other.text != self.text:
            raise NoteInvalid("it is a signature of another text")
        more = tuple(one for one in other.signatures if one not in self.signatures)
        return Note(self.text, self.signatures + more)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log at one size: `root` commits to its first `size` events. `extensions` are further lines, for others to know."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def log(self) -> str:
        """The log's id: the last part of the origin; what stands before it says whose installation it is in."""
        return self.origin.rpartition("/")[2]

    def text(self) -> str:
        """The text of its note."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises NoteInvalid."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise NoteInvalid("a checkpoint has three lines at least: origin, size and root; none is empty")
        origin, size, encoded, *extensions = lines
        if not _SIZE.fullmatch(size):
            raise NoteInvalid(f"{size[:40]!r} is no size of a tree")
        root = _bytes(encoded, "a root")
        if len(root) != HASH_BYTES:
            raise NoteInvalid(f"a root has {HASH_BYTES} bytes, and this one {len(root)}")
        return cls(origin, int(size), root, tuple(extensions))


class Signer:
    """A private Ed25519 key; its public half has a name for each log."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw()

    def key(self, name: str) -> VerifierKey:
        """Its public half as the key of that name. Raises NoteInvalid for what is no name."""
        if not _is_name(name):
            raise NoteInvalid(f"{name!r} is no name of a key: it has no spaces and no plus")
        return VerifierKey(name, self.public)

    def sign(self, name: str, text: str) -> Signature:
        """Its signature under that name."""
        return Signature(name, self.key(name).hash, self._private.sign(text.encode()))

    def cosign(self, name: str, text: str, *, seconds: int) -> Signature:
        """Its signature as a witness of that name, who saw the text at `seconds` since 1970."""
        signed = seconds.to_bytes(8) + self._private.sign(_cosigned(text, seconds))
        return Signature(name, VerifierKey(name, self.public, COSIGNATURE).hash, signed)


def sign(checkpoint: Checkpoint, signers: Sequence[Signer]) -> Note:
    """The checkpoint as a note, signed by each under the log's origin."""
    text = checkpoint.text()
    return Note(text, tuple(one.sign(checkpoint.origin, text) for one in signers))


def open_checkpoint(raw: bytes | str | Note, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint in a note that one of the keys has signed as its log. Raises NoteInvalid.

    A witness's key opens it too, but only beside a key whose name is the origin: a witness vouches for no log alone.
    """
    note = raw if isinstance(raw, Note) else Note.parse(raw)
    checkpoint = Checkpoint.parse(note.text)
    signed = note.signed_by(keys)
    if not any(key.kind == ED25519 and key.name == checkpoint.origin for key in signed):
        raise NoteInvalid(f"no key of {checkpoint.origin} has signed it")
    return checkpoint


def _halves(raw: bytes | str) -> tuple[str, list[str]]:
    """Text and signature lines, by the last empty line."""
    if len(raw) > MOST_BYTES:
        raise NoteInvalid(f"a note has {MOST_BYTES} bytes at most")
    try:
        whole = raw if isinstance(raw, str) else raw.decode()
        whole.encode()
    except UnicodeError:
        raise NoteInvalid("a note is UTF-8") from None
    if any(ord(letter) < 0x20 and letter != "\n" for letter in whole):
        raise NoteInvalid("a note has no control characters but newlines")
    text, gap, signed = whole.rpartition("\n\n")
    if not gap or not text or not signed.endswith("\n"):
        raise NoteInvalid("a note is a text, an empty line, and signatures, each with its newline")
    lines = signed.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteInvalid(f"a note has {MOST_SIGNATURES} signatures at most, and this one {len(lines)}")
    return text + "\n", lines


def _signature(line: str) -> Signature:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap or not _is_name(name):
        raise NoteInvalid(f"{line[:100]!r} is no signature line")
    raw = _bytes(encoded, "a signature")
    if len(raw) <= 4:
        raise NoteInvalid(f"the signature of {name} is too short")
    return Signature(name, raw[:4], raw[4:])


def _bytes(encoded: str, what: str) -> bytes:
    """Standard base64, padded, and in the one way that these bytes are written."""
    try:
        raw = b64decode(encoded.encode(), validate=True)
    except (NotBase64, ValueError):
        raise NoteInvalid(f"{what} is base64, and this is not: {encoded[:60]!r}") from None
    if b64encode(raw).decode() != encoded:
        raise NoteInvalid(
            f"{what} is written in the one way of base64, and this is another: {encoded[:60]!r}"
        )
    return raw


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
