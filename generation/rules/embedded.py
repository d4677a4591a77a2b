"""Pictures whose bytes stand in the payload: is the base64 raw and clean, and what does the picture's header say?"""

from __future__ import annotations

import binascii
import io
import struct
from dataclasses import dataclass
from typing import Final

import pybase64
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
    Warning,
)
"""What a hostile or broken header makes the readers raise; warnings too, where they are set to be errors."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What stands in a picture field. `clean` is false where the text is no raw base64; 0 pixels where it is no picture."""

    clean: bool
    bytes: int = 0
    format: str = ""
    width: int = 0
    height: int = 0


def read_embedded(text: str) -> Embedded:
    """Decode and read the header; no pixel is decoded. Never raises."""
    try:
        content = pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return Embedded(clean=False)
    if not content:
        return Embedded(clean=False)
    is_png = content.startswith(b"\x89PNG")
    try:
        picture = (PngImageFile if is_png else JpegImageFile)(io.BytesIO(content))
    except _BROKEN:
        return Embedded(clean=True, bytes=len(content))
    return Embedded(True, len(content), "png" if is_png else "jpeg", *picture.size)
