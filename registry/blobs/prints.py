"""By what footage is recognised when its file is another one: the digests of its tracks, and what some frames look like.

Where PyAV (the extra `media`) is missing there is neither, and whoever asks is told so. All reading happens in confined children.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from pydantic import TypeAdapter, ValidationError

from registry.errors import BlobError, NotFootage
from registry.events.references import Perceptual, Sha256

from .beside import FRAMES, SAMPLE
from .confined import CONFINED, Confined, DecodingError
from .media import can_decode

_FRAMES: Final[TypeAdapter[tuple[str | None, ...]]] = TypeAdapter(tuple[Perceptual | None, ...])
_DIGEST: Final[TypeAdapter[str]] = TypeAdapter(Sha256)
_HINT: Final = "send a whole MP4, MOV, Matroska, WebM or transport stream"


@dataclass(frozen=True, slots=True)
class Streams:
    """SHA-256 of what the picture track and the sound track hold, whatever container they are in."""

    pictures: str
    sound: str | None


@dataclass(frozen=True, slots=True)
class Looks:
    """What the frames at the beginning, the quarters and the end look like, None for one of a single tone.

    `poster` is the SHA-256 of the first one as a JPEG, as this installation makes it.
    """

    frames: tuple[str | None, ...]
    poster: str


def read_streams(file: BinaryIO | Path, *, confined: Confined = CONFINED) -> Streams:
    """Raises NotFootage, and BlobError where PyAV is missing."""
    _need_decoder()
    try:
        found = confined.run("footage.streams", file)
        sound = found["sound"]
        return Streams(_DIGEST.validate_python(found["pictures"]), sound and _DIGEST.validate_python(sound))
    except (DecodingError, ValidationError, KeyError) as error:
        raise NotFootage(f"its tracks cannot be read: {error}", hint=_HINT) from error


def read_looks(file: BinaryIO | Path, *, confined: Confined = CONFINED) -> Looks:
    """Raises NotFootage, also for what takes too long to decode, and BlobError where PyAV is missing."""
    _need_decoder()
    try:
        with TemporaryFile() as poster:
            found = confined.run("footage.frames", file, into=poster)
            poster.seek(0)
            digest = hashlib.file_digest(poster, "sha256").hexdigest()
        return Looks(_FRAMES.validate_python(found["frames"]), digest)
    except (DecodingError, ValidationError, KeyError) as error:
        raise NotFootage(f"its frames cannot be looked at: {error}", hint=_HINT) from error


def read_samples(file: BinaryIO | Path, *, confined: Confined = CONFINED) -> bytes:
    """The frames that are looked at in grey, `SAMPLE` pixels each, one below the other. Raises NotFootage and BlobError."""
    _need_decoder()
    try:
        with TemporaryFile() as out:
            count = int(confined.run("footage.samples", file, into=out)["frames"])
            out.seek(0)
            greys = out.read()
    except (DecodingError, KeyError, TypeError, ValueError) as error:
        raise NotFootage(f"its frames cannot be looked at: {error}", hint=_HINT) from error
    if count != FRAMES or len(greys) != FRAMES * SAMPLE[0] * SAMPLE[1]:
        raise NotFootage("its frames came out in another number or size", hint=_HINT)
    return greys


def _need_decoder() -> None:
    if not can_decode():
        raise BlobError("footage cannot be read: PyAV is not installed", hint="install continuity[media]")
