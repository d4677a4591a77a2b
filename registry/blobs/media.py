"""Footage intake: is this a complete clip, what is in it, and what does its first frame look like?

With PyAV (the extra `media`) packets are walked and the first frame is decoded, in a confined child. Without it the
structure alone is checked, and the answer says so in `checked`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Literal

from registry.errors import BlobError

from .boxes import Tables, read_tables, refused
from .confined import CONFINED, Confined, DecodingError


@dataclass(frozen=True, slots=True)
class Footage:
    """The facts about a clip. `duration_us` in microseconds, sizes in pixels, `fps` exact (24000/1001).

    `container` is the file's major brand (isom, mp42, qt). `checked`: "decoded" when packets and first frame were
    read, "structure" when only boxes and tables were.
    """

    container: str
    duration_us: int
    width: int
    height: int
    fps: Fraction
    video_codec: str
    audio_codec: str | None
    checked: Literal["decoded", "structure"]


def can_decode() -> bool:
    """Whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def probe(file: BinaryIO | Path, *, decode: bool | None = None, confined: Confined = CONFINED) -> Footage:
    """The facts about an MP4 or MOV; `NotFootage` for anything else or one cut short.

    `decode=None` decodes when PyAV is there; False never does, True insists (`BlobError` without PyAV).
    """
    with _at_beginning(file) as opened:
        tables = read_tables(opened)
    if decode is None:
        decode = can_decode()
    if not decode:
        return _from_tables(tables)
    _need_decoder()
    with _refusing():
        found = confined.run("footage.probe", file)
        return _footage(found, tables)


def poster(file: BinaryIO | Path, *, confined: Confined = CONFINED) -> bytes:
    """The first frame as a JPEG. `BlobError` when PyAV is not installed."""
    _need_decoder()
    with _refusing(), TemporaryFile() as out:
        confined.run("footage.poster", file, into=out)
        out.seek(0)
        return out.read()


def _need_decoder() -> None:
    if not can_decode():
        raise BlobError("clips cannot be decoded: PyAV is not installed", hint="install continuity[media]")


@contextmanager
def _at_beginning(file: BinaryIO | Path) -> Iterator[BinaryIO]:
    """The file from its beginning, its position restored afterwards."""
    if isinstance(file, Path):
        with file.open("rb") as opened:
            yield opened
        return
    position = file.tell()
    try:
        yield file
    finally:
        file.seek(position)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (DecodingError, KeyError, TypeError, ValueError) as error:
        raise refused(str(error)) from error


def _footage(found: dict[str, Any], tables: Tables) -> Footage:
    if (found["duration_us"] or 0) <= 0 or not found["fps"]:
        raise refused("it has no duration or no frame rate")
    return Footage(
        container=tables.brand,
        duration_us=int(found["duration_us"]),
        width=int(found["width"]),
        height=int(found["height"]),
        fps=Fraction(*found["fps"]),
        video_codec=str(found["video_codec"]),
        audio_codec=found["audio_codec"],
        checked="decoded",
    )


def _from_tables(tables: Tables) -> Footage:
    video = next(track for track in tables.tracks if track.kind == "vide")
    sound = next((track for track in tables.tracks if track.kind == "soun"), None)
    if not video.samples or not video.seconds or tables.seconds < Fraction(1, 1_000_000):
        raise refused("its picture track holds no frames")
    return Footage(
        container=tables.brand,
        duration_us=int(tables.seconds * 1_000_000),
        width=video.width,
        height=video.height,
        fps=Fraction(video.samples) / video.seconds,
        video_codec=video.codec,
        audio_codec=sound.codec if sound else None,
        checked="structure",
    )
