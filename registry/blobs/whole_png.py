"""Whether a PNG is whole: its critical chunks as their checksums say, up to the end, and rows for all of the picture.

The decoder does not ask: it takes pixels whose checksum is wrong, a file that stops after them, and leaves rows that never came
empty (PNG, third edition, sections 5.3 and 9.2). Runs inside the confined child, on a picture that was decoded.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from PIL import Image

from registry.errors import NotAPicture

_PIECE: Final = 1 << 20
_FIRST_CHUNK: Final = 8
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Adam7: first column and row of each pass, and the steps to the next ones."""


def check_whole(stream: BinaryIO, image: Image.Image) -> None:
    """Raises NotAPicture for a PNG that is damaged or cut short, wherever that is."""
    header = _header(stream)
    for _ in _chunks(stream, checked=True):
        continue
    last = image.crop((0, image.height - 1, image.width, image.height)).tobytes()
    if header[-1] or not any(last):  # a last row that holds something came; what holds nothing may not have
        _check_rows(stream, header)


def _header(stream: BinaryIO) -> tuple[int, ...]:
    stream.seek(_FIRST_CHUNK + 8)
    return struct.unpack(">IIBBBBB", stream.read(13))


def _chunks(stream: BinaryIO, *, checked: bool) -> Iterator[tuple[bytes, bytes]]:
    """(kind, piece of its body), piece by piece; an empty chunk has one empty piece."""
    stream.seek(_FIRST_CHUNK)
    while True:
        length, kind = struct.unpack(">I4s", _read(stream, 8))
        told = zlib.crc32(kind) if checked else 0
        for piece in _pieces(stream, length):
            told = zlib.crc32(piece, told) if checked else 0
            yield kind, piece
        right = struct.unpack(">I", _read(stream, 4))[0] == told
        critical = not kind[0] & 0x20
        if checked and critical and not right:
            raise NotAPicture(f"it is damaged: the checksum of {kind!r} is wrong")
        if kind == b"IEND":
            return


def _pieces(stream: BinaryIO, length: int) -> Iterator[bytes]:
    if length == 0:
        yield b""
    while length:
        piece = _read(stream, min(length, _PIECE))
        length -= len(piece)
        yield piece


def _read(stream: BinaryIO, count: int) -> bytes:
    found = stream.read(count)
    if len(found) < count:
        raise NotAPicture("it is cut short: it ends before its last chunk")
    return found


def _check_rows(stream: BinaryIO, header: tuple[int, ...]) -> None:
    """Raises NotAPicture when fewer bytes come out of the pixels' chunks than the header says there are."""
    left, inflate = _bytes_of(header), zlib.decompressobj()
    for kind, piece in _chunks(stream, checked=False):
        waiting = piece if kind == b"IDAT" else b""
        while waiting and left > 0:
            left -= len(inflate.decompress(waiting, _PIECE))
            waiting = inflate.unconsumed_tail
    if left > 0:
        raise NotAPicture(f"it is cut short: {left} bytes of its rows never come")


def _bytes_of(header: tuple[int, ...]) -> int:
    width, height, depth, colour, *_, interlaced = header
    bits = depth * _CHANNELS[colour]
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    rows = ((len(range(x, width, dx)), len(range(y, height, dy))) for x, y, dx, dy in passes)
    return sum(high * (1 + (wide * bits + 7) // 8) for wide, high in rows if wide)
