"""Small pictures, and the pieces that PNG, JPEG and WebP are made of, right or wrong as somebody wants them."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import count
from typing import Any, Literal

from PIL import Image

Verdict = Literal["taken", "refused", "either"]
Case = tuple[str, bytes, Verdict]

CANARY = b"CANARY"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SHADES = count(1)


def drawn(mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    """A small picture unlike the others of this run: the same bytes would be the first asset."""
    shade = next(SHADES)
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.putpixel((0, 0), (shade % 256, shade // 256 % 256, 77))
    image.putpixel((5, 5), (shade * 7 % 256, 200, 10))
    return image.convert(mode)


def saved(format: str, image: Image.Image | None = None, **how: Any) -> bytes:
    out = io.BytesIO()
    (drawn() if image is None else image).save(out, format, **how)
    return out.getvalue()


def chunk(kind: bytes, body: bytes = b"", *, crc: int | None = None, length: int | None = None) -> bytes:
    """A PNG chunk, its checksum and length right unless said otherwise."""
    told = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body) if length is None else length) + kind + body + struct.pack(">I", told)


def header(width: int = 8, height: int = 8, *rest: int) -> bytes:
    depth, colour, compression, filter, interlace = (*rest, *(8, 2, 0, 0, 0)[len(rest) :])
    return chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, compression, filter, interlace)
    )


def rows(width: int = 8, height: int = 8, channels: int = 3) -> bytes:
    shade = next(SHADES)
    line = b"\0" + bytes((shade + at) % 256 for at in range(width * channels))
    return zlib.compress(line * height)


END = chunk(b"IEND")


def png(*chunks: bytes) -> bytes:
    return SIGNATURE + b"".join(chunks)


def segment(marker: int, body: bytes, *, length: int | None = None) -> bytes:
    """A JPEG segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2 if length is None else length) + body


def after_soi(*segments: bytes) -> bytes:
    """A whole JPEG with segments put in right at its beginning."""
    whole = saved("JPEG")
    return whole[:2] + b"".join(segments) + whole[2:]


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def piece(kind: bytes, body: bytes, *, size: int | None = None) -> bytes:
    return kind + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)
