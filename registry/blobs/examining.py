"""What is known of footage, sound and documents once they were read: their media type, and the facts of their kind."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Final

from registry.errors import NotAnAsset, NotFootage, NotSound

from .documents import read_document
from .kinds import Kind, recognise
from .media import probe
from .sound import read_sound

LONGEST_US: Final = 24 * 3_600 * 1_000_000
"""A day. What claims to last longer has damaged tables, or is nothing a film is made of."""
_LARGEST_SIDE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Facts:
    """`footage` and `sound` are the fields of the facts of that name; empty for other kinds."""

    kind: Kind
    media_type: str
    footage: dict[str, Any] = field(default_factory=dict)
    sound: dict[str, Any] = field(default_factory=dict)


def examine(file: BinaryIO) -> Facts:
    """Read everything but a picture. Raises NotFootage, NotSound, NotADocument and what `recognise` raises."""
    match recognise(file).form:
        case "footage":
            return _footage(file)
        case "mp3" | "wav" as form:
            heard = read_sound(file, form)
            if heard.duration_us > LONGEST_US:
                raise NotSound(f"it claims to last {heard.duration_us} us", hint="send at most a day of it")
            return Facts("audio", heard.media_type, sound=asdict(heard))
        case "pdf" | "text" as form:
            return Facts("document", read_document(file, form))
        case "picture":
            raise NotAnAsset("a picture is read by its rendition", hint="register it as a picture")


def _footage(file: BinaryIO) -> Facts:
    seen = probe(file)
    if not 0 < seen.duration_us <= LONGEST_US:
        raise NotFootage(f"it claims to last {seen.duration_us} us", hint="send at most a day of it")
    if not (0 < seen.width <= _LARGEST_SIDE and 0 < seen.height <= _LARGEST_SIDE):
        raise NotFootage(
            f"its pictures measure {seen.width} x {seen.height}", hint="send a clip with a picture"
        )
    quicktime = seen.container == "qt"
    facts = {
        "format": "mov" if quicktime else "mp4",
        "duration_us": seen.duration_us,
        "width": seen.width,
        "height": seen.height,
        "has_audio": seen.audio_codec is not None,
        "checked": seen.checked,
    }
    return Facts("video", "video/quicktime" if quicktime else "video/mp4", footage=facts)
