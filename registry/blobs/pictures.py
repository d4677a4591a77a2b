"""Picture intake: what a picture is, and the clean version of it that goes out (DESIGN of renditions: upright, bare).

The original stays as it came and is never changed. The rendition is what providers, thumbnails and pages get:
rotation applied, colours in sRGB, no EXIF, XMP, profile, comment or trailing byte, JPEG with its own quantisation
tables, PNG and WebP as lossless PNG. The same bytes give the same rendition, byte for byte, on one installed version.
All decoding happens in confined children.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

from pydantic import TypeAdapter, ValidationError

from registry.errors import BlobError, NotAPicture, PictureTooLarge
from registry.events.references import Perceptual

from .confined import CONFINED, Confined, DecodingError
from .digest import CHUNK

_SMALLER = "make it smaller: at most 40 megapixels and 20000 pixels a side are decoded"
_HINT = "send a complete JPEG, PNG or WebP of at most 40 megapixels and 20000 pixels a side"


@dataclass(frozen=True, slots=True)
class Picture:
    """The facts about a picture file. Sizes in pixels; `orientation` is EXIF's 1 to 8, 1 being upright.

    `width` and `height` are as stored, the upright ones as people see it. `has_metadata`: EXIF, XMP, a profile,
    comments or texts came with it. `animated`: it holds more frames; the first one is the picture.
    """

    format: Literal["jpeg", "png", "webp"]
    width: int
    height: int
    upright_width: int
    upright_height: int
    has_alpha: bool
    has_metadata: bool
    orientation: int
    animated: bool


@dataclass(frozen=True, slots=True)
class Rendition:
    """The clean version, in an unnamed temporary file that goes when it is closed. `size` in bytes.

    `colour` says what became of the source's colour profile: kept (none, or sRGB), converted, or ignored as broken.
    `perceptual` is the fingerprint of what it looks like (`perceptual.py`), None for a picture of one tone.
    """

    file: BinaryIO
    format: Literal["jpeg", "png"]
    width: int
    height: int
    size: int
    sha256: str
    colour: Literal["kept", "converted", "profile ignored"]
    perceptual: str | None
    picture: Picture

    @property
    def content_type(self) -> str:
        return f"image/{self.format}"

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning, as `Blobs.put` takes them."""
        self.file.seek(0)
        while chunk := self.file.read(CHUNK):
            yield chunk

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


_PICTURE: TypeAdapter[Picture] = TypeAdapter(Picture)
_PERCEPTUAL: TypeAdapter[str | None] = TypeAdapter(Perceptual | None)


def read_picture(file: BinaryIO | Path, *, confined: Confined = CONFINED) -> Picture:
    """The facts, after decoding all of it. `NotAPicture` for anything else, cut short, or too large to decode."""
    with _refusing():
        return _PICTURE.validate_python(confined.run("picture.read", file))


def render(file: BinaryIO | Path, *, confined: Confined = CONFINED) -> Rendition:
    """The rendition and, in `picture`, the facts about the source: one decode for both. Close it after use."""
    out = TemporaryFile()  # noqa: SIM115 - the rendition owns it
    try:
        with _refusing():
            answer = confined.run("picture.render", file, into=out)
            picture = _PICTURE.validate_python(answer["picture"])
            return Rendition(
                out,
                width=picture.upright_width,
                height=picture.upright_height,
                picture=picture,
                perceptual=_PERCEPTUAL.validate_python(answer["perceptual"]),
                **_measured(out),
                **answer["rendition"],
            )
    except BaseException:
        out.close()
        raise


def thumbnail(file: BinaryIO | Path, *, side: int = 320, confined: Confined = CONFINED) -> bytes:
    """A small upright JPEG that fits a square of `side` pixels (16 to 2048)."""
    if not 16 <= side <= 2048:
        raise BlobError(f"a thumbnail of {side} pixels is not made", hint="choose 16 to 2048")
    with _refusing(), TemporaryFile() as out:
        confined.run("picture.thumbnail", file, into=out, side=side)
        out.seek(0)
        return out.read()


def _measured(out: BinaryIO) -> dict[str, Any]:
    """Size and digest, taken here: a child that read hostile bytes is not asked for them."""
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256")  # type: ignore[arg-type]
    size = out.tell()
    out.seek(0)
    return {"size": size, "sha256": digest.hexdigest()}


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (DecodingError, ValidationError, KeyError, TypeError) as error:
        if isinstance(error, DecodingError) and error.too_large:
            raise PictureTooLarge(f"too large a picture, or a bomb: {error}", hint=_SMALLER) from error
        raise NotAPicture(f"not a picture: {error}", hint=_HINT) from error
