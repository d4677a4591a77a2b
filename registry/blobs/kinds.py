"""What bytes are, told by the bytes and never by a name: a picture, footage, sound, or a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from registry.errors import AssetTooLarge, NotAnAsset

Kind = Literal["picture", "video", "audio", "document"]
Form = Literal["picture", "footage", "mp3", "wav", "pdf", "text"]
"""What reads them: pictures and footage say themselves which of theirs they are."""

MOST_BYTES: Final[dict[Kind, int]] = {
    "picture": 100 * 1024**2,
    "video": 200 * 1024**2,
    "audio": 100 * 1024**2,
    "document": 50 * 1024**2,
}
"""Bytes that an asset of a kind may have. A video that an element is made from has at most 200 MB (contract R55)."""
TAKEN: Final = (
    "pictures (JPEG, PNG, WebP), footage (MP4, MOV), sound (MP3, WAV) and documents (PDF, plain text)"
)
_HEAD: Final = 64


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which kind the bytes begin like, and what is to read them to the end."""

    kind: Kind
    form: Form


def recognise(file: BinaryIO) -> Recognised:
    """The kind of a file, from its beginning; whether it is whole is for its reader. Raises NotAnAsset and AssetTooLarge."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise NotAnAsset("the file is empty (0 bytes)", hint=f"taken are {TAKEN}")
    found = _told_by(head) or _text(head)
    if size > MOST_BYTES[found.kind]:
        raise AssetTooLarge(
            f"{size} bytes: an asset of kind {found.kind} has at most {MOST_BYTES[found.kind]}",
            hint="send less of it",
        )
    return found


def _told_by(head: bytes) -> Recognised | None:
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return Recognised("picture", "picture")
    if head.startswith(b"RIFF") and head[8:12] in (b"WEBP", b"WAVE"):
        return Recognised("picture", "picture") if head[8:12] == b"WEBP" else Recognised("audio", "wav")
    if head[4:8] == b"ftyp":
        return Recognised("video", "footage")
    if head.startswith(b"ID3") or _begins_a_frame(head):
        return Recognised("audio", "mp3")
    return Recognised("document", "pdf") if head.startswith(b"%PDF-") else None


def _begins_a_frame(head: bytes) -> bool:
    """Whether these are the first bytes of an MPEG layer III frame (ISO/IEC 11172-3, section 2.4.1.3)."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2


def _text(head: bytes) -> Recognised:
    if b"\0" in head or not _may_be_text(head):
        raise NotAnAsset(
            f"the file begins with {head[:12]!r}, which is nothing that is taken", hint=f"taken are {TAKEN}"
        )
    return Recognised("document", "text")


def _may_be_text(head: bytes) -> bool:
    """UTF-8 as far as it goes; the last character may be cut by where the head ends."""
    try:
        head.decode()
    except UnicodeDecodeError as odd:
        return odd.start > len(head) - 4 and len(head) == _HEAD
    return True
