"""The box structure of MP4 and MOV files (ISO/IEC 14496-12): is the file whole, and what do its tables say?

Read without decoding anything and without a library, so it is also the check where PyAV is not installed, and the
gate before PyAV: only files of this structure reach it, never a playlist that names other files.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

from registry.errors import NotFootage

MAX_TABLES = 64 * 1024**2
_MAX_BOXES = 10_000
_HINT = "send a complete MP4 or MOV file with a picture track"
_NAMES = {
    b"avc1": "h264",
    b"avc3": "h264",
    b"hvc1": "hevc",
    b"hev1": "hevc",
    b"av01": "av1",
    b"vp09": "vp9",
    b"mp4v": "mpeg4",
    b"apcn": "prores",
    b"apch": "prores",
    b"mp4a": "aac",
    b"Opus": "opus",
    b"ac-3": "ac3",
}


@dataclass(frozen=True, slots=True)
class Track:
    """One track's tables: `kind` is vide or soun, `codec` as named by its sample entry."""

    kind: str
    codec: str
    seconds: Fraction
    samples: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Tables:
    """What the movie box says."""

    brand: str
    seconds: Fraction
    tracks: tuple[Track, ...]


def read_tables(file: BinaryIO) -> Tables:
    """The tables of a complete file; `NotFootage` for anything else or one cut short."""
    try:
        return _tables(file)
    except (struct.error, IndexError, ZeroDivisionError, StopIteration) as error:
        raise refused("its tables are damaged") from error


def refused(why: str) -> NotFootage:
    return NotFootage(f"not footage: {why}", hint=_HINT)


def _tables(file: BinaryIO) -> Tables:
    end = file.seek(0, 2)
    if not end:
        raise refused("the file is empty (0 bytes)")
    brand, movie, data = "", b"", False
    at = 0
    for _ in range(_MAX_BOXES):
        if at == end:
            break
        kind, body, size = _top_box(file, at, end)
        if at == 0 and kind != b"ftyp":
            raise refused(f"the file begins with a box {kind!r} instead of 'ftyp'")
        if kind == b"ftyp":
            brand = file.read(4).decode("latin-1").strip()
        elif kind == b"moov":
            if size > MAX_TABLES:
                raise refused(f"its tables take {size} bytes")
            movie = file.read(at + size - body)
        data = data or kind == b"mdat"
        at += size
    else:
        raise refused(f"it has more than {_MAX_BOXES} boxes")
    if not movie or not data:
        raise refused(f"it has no {'tables (moov)' if not movie else 'media data (mdat)'}")
    return _movie(brand, movie)


def _top_box(file: BinaryIO, at: int, end: int) -> tuple[bytes, int, int]:
    """Kind, where its content begins, and its whole size; the file stands at the content."""
    file.seek(at)
    head = file.read(16)
    if len(head) < 8:
        raise refused(f"it is cut short at byte {end}")
    size, kind = struct.unpack(">I4s", head[:8])
    if at == 0 and kind != b"ftyp":
        raise refused(f"the file begins with {head[:12]!r}")
    body = at + 8
    if size == 1:
        size, body = struct.unpack(">Q", head[8:16])[0], at + 16
    elif size == 0:
        size = end - at
    if size < body - at:
        raise refused(f"a box at byte {at} claims {size} bytes")
    if at + size > end:
        raise refused(
            f"it is cut short: box {kind.decode('latin-1')!r} needs {at + size} bytes, {end} are there"
        )
    file.seek(body)
    return kind, body, size


def _movie(brand: str, movie: bytes) -> Tables:
    inside = dict(_children(movie))
    scale, duration = _duration(inside[b"mvhd"]) if b"mvhd" in inside else (0, 0)
    if not scale:
        raise refused("its movie header is missing")
    tracks = tuple(_track(body) for kind, body in _children(movie) if kind == b"trak")
    if not any(track.kind == "vide" for track in tracks):
        raise refused("it has no picture track")
    return Tables(brand, Fraction(duration, scale), tracks)


def _children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            size, body = struct.unpack_from(">Q", data, body)[0], at + 16
        size = size or len(data) - at
        if size < body - at or at + size > len(data):
            raise refused(f"its box {kind!r} does not fit into its parent")
        yield kind, data[body : at + size]
        at += size


def _duration(header: bytes) -> tuple[int, int]:
    """Time scale and duration of a movie or media header, in both versions of the box."""
    if header[0] == 1:
        scale, duration = struct.unpack_from(">IQ", header, 20)
    else:
        scale, duration = struct.unpack_from(">II", header, 12)
    return scale, duration


def _track(data: bytes) -> Track:
    inside = dict(_children(data))
    media = dict(_children(inside.get(b"mdia", b"")))
    if b"tkhd" not in inside or b"mdhd" not in media or b"hdlr" not in media:
        raise refused("a track has no header")
    samples = dict(_children(dict(_children(media.get(b"minf", b""))).get(b"stbl", b"")))
    scale, duration = _duration(media[b"mdhd"])
    width, height = struct.unpack(">II", inside[b"tkhd"][-8:])
    entry = samples.get(b"stsd", b"")[12:16]
    return Track(
        kind=media[b"hdlr"][8:12].decode("latin-1"),
        codec=_NAMES.get(entry, entry.decode("latin-1").strip()),
        seconds=Fraction(duration, scale),
        samples=_count(samples.get(b"stts", b"")),
        width=width >> 16,
        height=height >> 16,
    )


def _count(times: bytes) -> int:
    """How many samples the time-to-sample table describes."""
    if not times:
        return 0
    entries = min(struct.unpack_from(">I", times, 4)[0], (len(times) - 8) // 8)
    return sum(struct.unpack_from(">I", times, 8 + 8 * number)[0] for number in range(entries))
