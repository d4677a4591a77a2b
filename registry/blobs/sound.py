"""Sound intake: is this a whole MP3 or WAV, how long does it last, and can it be heard?

The frames of an MP3 and the chunks of a WAV are walked without a library; with PyAV (the extra `media`) a confined child decodes
the beginning too. The answer says in `checked` which it was.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final, Literal

from registry.errors import NotSound

from .confined import CONFINED, Confined, DecodingError
from .media import can_decode

_HINT: Final = "send a complete MP3 or WAV recording"
_RATES: Final = (44_100, 48_000, 32_000)
_BITRATES: Final = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HALVED: Final = {3: 1, 2: 2, 0: 4}
"""By how much the versions 1, 2 and 2.5 divide the sampling rates (ISO/IEC 11172-3 and 13818-3)."""
_TAGS: Final = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")
_PLAIN_CODINGS: Final = (1, 3, 6, 7, 0xFFFE)
_MOST_CHUNKS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Sound:
    """The facts about a recording: microseconds, hertz. `checked` is "decoded" when the beginning was heard too."""

    format: Literal["mp3", "wav"]
    duration_us: int
    channels: int
    sample_rate: int
    checked: Literal["decoded", "structure"]

    @property
    def media_type(self) -> str:
        return "audio/mpeg" if self.format == "mp3" else "audio/wav"


def read_sound(
    file: BinaryIO,
    form: Literal["mp3", "wav"],
    *,
    decode: bool | None = None,
    confined: Confined = CONFINED,
) -> Sound:
    """The facts about a recording; `NotSound` for anything else or one cut short.

    `decode=None` decodes when PyAV is there; False never does.
    """
    try:
        found = _mp3(file) if form == "mp3" else _wav(file)
    except (struct.error, ZeroDivisionError, IndexError) as error:
        raise _refused("its headers are damaged") from error
    if found.duration_us <= 0:
        raise _refused("it holds no sound")
    if decode is False or not can_decode():
        return found
    try:
        confined.run("sound.probe", file, form=form)
    except DecodingError as error:
        raise _refused(str(error)) from error
    return replace(found, checked="decoded")


def _refused(why: str) -> NotSound:
    return NotSound(f"not a recording: {why}", hint=_HINT)


def _wav(file: BinaryIO) -> Sound:
    """RIFF: `fmt ` says how, `data` holds the samples, and every chunk has to be there as it claims."""
    end = file.seek(0, 2)
    file.seek(0)
    claimed = struct.unpack("<4xI4x", file.read(12))[0]
    if claimed + 8 > end:
        raise _refused(f"it is cut short: {claimed + 8} bytes are announced, {end} are there")
    form: tuple[int, int, int, int] | None = None
    for kind, at, size in _chunks(file, end):
        if kind == b"fmt ":
            file.seek(at)
            coding, channels, rate, per_second = struct.unpack("<HHII", file.read(12))
            form = coding, channels, rate, per_second
        elif kind == b"data":
            if form is None:
                raise _refused("its samples come before their description")
            return _of_samples(form, size)
    raise _refused("it has no samples (data)")


def _of_samples(form: tuple[int, int, int, int], size: int) -> Sound:
    coding, channels, rate, per_second = form
    if coding not in _PLAIN_CODINGS or not (1 <= channels <= 32 and 1_000 <= rate <= 768_000 and per_second):
        raise _refused(f"coding {coding}, {channels} channels, {rate} Hz, {per_second} bytes a second")
    return Sound("wav", size * 1_000_000 // per_second, channels, rate, "structure")


def _chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, where its content begins, and its length."""
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            return
        file.seek(at)
        kind, size = struct.unpack("<4sI", file.read(8))
        if at + 8 + size > end:
            raise _refused(f"it is cut short: chunk {kind!r} needs {at + 8 + size} bytes, {end} are there")
        yield kind, at + 8, size
        at += 8 + size + size % 2
    raise _refused(f"it has more than {_MOST_CHUNKS} chunks")


@dataclass(frozen=True, slots=True)
class _Frame:
    length: int
    samples: int
    rate: int
    channels: int


def _mp3(file: BinaryIO) -> Sound:
    """Every frame from the first to the last; tags may stand before and after them, and nothing else."""
    end = file.seek(0, 2)
    file.seek(0)
    at = _after_tag(file.read(10))
    first, microseconds = None, 0.0
    while at < end:
        file.seek(at)
        head = file.read(12)
        frame = _frame(head)
        if frame is None:
            if first is not None and (head.startswith(_TAGS) or _only_zeros(file, at)):
                break
            raise _refused(f"byte {at} begins no frame")
        if at + frame.length > end:
            raise _refused(f"it is cut short: a frame needs {at + frame.length} bytes, {end} are there")
        file.seek(at)
        if first is not None or not _is_index(file.read(min(frame.length, 64))):
            microseconds += frame.samples * 1_000_000 / frame.rate
        first = first or frame
        at += frame.length
    if first is None:
        raise _refused("it holds no frame")
    return Sound("mp3", int(microseconds), first.channels, first.rate, "structure")


def _after_tag(head: bytes) -> int:
    """Where an ID3v2 tag at the beginning ends: four bytes of seven bits, and a footer if it says so (ID3v2.4, section 3.1)."""
    if not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _frame(head: bytes) -> _Frame | None:
    """The frame that begins here: layer III of MPEG 1, 2 or 2.5, of a bit rate that is named."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    hertz = _RATES[rate] // _HALVED[version]
    samples = 1152 if version == 3 else 576
    kilobits = _BITRATES[3 if version == 3 else 2][bitrate]
    length = samples // 8 * kilobits * 1000 // hertz + (head[2] >> 1 & 1)
    return _Frame(length, samples, hertz, 1 if head[3] >> 6 == 3 else 2)


def _is_index(frame: bytes) -> bool:
    """Encoders write a first frame that holds no sound but a table."""
    return any(name in frame for name in (b"Xing", b"Info", b"VBRI"))


def _only_zeros(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    while chunk := file.read(1 << 20):
        if chunk.strip(b"\0"):
            return False
    return True
