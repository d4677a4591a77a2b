"""What a confined child finds in footage that outlasts its file: what the tracks hold, and what a few frames look like.

A track's digest is over its coded pictures or sound alone, so that another container, other tables or other texts do not change
it. H.264 and HEVC stand in files in two ways, with lengths (ISO/IEC 14496-15) or start codes (Annex B); both are read as the
same NAL units, and parameter sets, delimiters, fillers and supplemental information, which a change of container adds, moves or
drops, are left out. PyAV is imported on use, as it is the optional extra `media`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from PIL import Image

from registry.errors import NotFootage

from .beside import FRAMES, SAMPLE
from .boxes import read_tables
from .confinement import Job, reading, writing
from .perceptual import perceptual
from .projecting import MAX_PIXELS, save_poster

MOST_FRAMES: Final = 3_600
"""Of longer footage no frame is looked at: finding the last one would decode all before it. Two minutes at 30 a second."""
_START: Final = b"\x00\x00\x01"
_H264_ASIDE: Final = frozenset({6, 7, 8, 9, 10, 11, 12, 13})
"""SEI, parameter sets, delimiter, ends, filler, extension (ITU-T H.264, table 7-1)."""
_HEVC_ASIDE: Final = frozenset(range(32, 41))
"""Parameter sets, delimiter, ends, filler, SEI (ITU-T H.265, table 7-1)."""


def streams(source: int) -> dict[str, Any]:
    """SHA-256 of what the first picture track holds, and of the first sound track if there is one."""
    with _opened(source, {"ignore_editlist": "1"}) as container:
        tracks = [container.streams.video[0], *container.streams.audio[:1]]
        digests = {track.index: (hashlib.sha256(), _units_of(track)) for track in tracks}
        found = False
        for packet in container.demux(tracks):
            if packet.size:
                digest, units = digests[packet.stream.index]
                for unit in units(bytes(packet)):
                    digest.update(len(unit).to_bytes(4))
                    digest.update(unit)
                    found = found or packet.stream.index == tracks[0].index
        if not found:
            raise NotFootage("its picture track holds nothing")
        pictures, *sound = (digests[track.index][0].hexdigest() for track in tracks)
        return {"pictures": pictures, "sound": sound[0] if sound else None}


def frames(source: int, target: int) -> dict[str, Any]:
    """What some frames look like, as `perceptual` has it; the first one is written as its poster."""
    with _opened(source, {}) as container:
        looks = []
        for number, frame in enumerate(_chosen(container)):
            if number == 0:
                with writing(target) as out:
                    save_poster(frame, out)
            looks.append(perceptual(_shown(frame)))
    return {"frames": looks}


def samples(source: int, target: int) -> dict[str, Any]:
    """Write the same frames in grey, small and all of one size, one below the other."""
    with _opened(source, {}) as container, writing(target) as out:
        count = 0
        for frame in _chosen(container):
            small = _shown(frame).convert("L").resize(SAMPLE, Image.Resampling.BOX, reducing_gap=2.0)
            out.write(small.tobytes())
            count += 1
    return {"frames": count}


def _chosen(container: Any) -> Iterator[Any]:
    """The frames that are looked at. Raises NotFootage."""
    track = container.streams.video[0]
    stamps = sorted(packet.pts for packet in container.demux(track) if packet.pts is not None)
    if not stamps:
        raise NotFootage("no frame of it says when it is shown")
    if len(stamps) > MOST_FRAMES:
        raise NotFootage(f"{len(stamps)} frames: more than {MOST_FRAMES} are not looked at")
    container.seek(0)
    found = False
    for frame in _at(container.decode(track), stamps[0], stamps[-1]):
        found = True
        yield frame
    if not found:
        raise NotFootage("no frame of it can be decoded")


def _at(decoded: Iterator[Any], first: int, last: int) -> Iterator[Any]:
    """The frames that are shown at the beginning, after each quarter, and at the end; one may be all of them."""
    wanted = [first + (last - first) * number // (FRAMES - 1) for number in range(FRAMES)]
    shown = None
    for frame in decoded:
        while shown is not None and wanted and frame.pts is not None and frame.pts > wanted[0]:
            wanted.pop(0)
            yield shown
        shown = frame
    for _ in wanted if shown is not None else ():
        yield shown


def _shown(frame: Any) -> Any:
    """As it is shown, turned as it asks to be."""
    image = frame.to_image()
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _opened(source: int, options: dict[str, str]) -> Any:
    """Footage in a container that is known by its first bytes. Raises NotFootage."""
    import av

    form = _form(source)
    # Only the one demuxer: others would follow names of further files written inside.
    container = av.open(reading(source), "r", format=form, options=options, metadata_errors="replace")
    if not container.streams.video or container.streams.video[0].codec_context is None:
        raise NotFootage("nobody here can decode its picture track")
    track = container.streams.video[0]
    track.codec_context.thread_count = 1
    if track.width * track.height > MAX_PIXELS:
        raise NotFootage(f"{track.width} x {track.height} pixels: more than {MAX_PIXELS} are not decoded")
    return container


def _form(source: int) -> str:
    """The demuxer: MP4 and MOV, Matroska and WebM, or a transport stream."""
    with reading(source) as file:
        head = file.read(189)
        if head[4:8] == b"ftyp":
            file.seek(0)
            read_tables(file)
            return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[:1] == b"\x47" and head[188:189] == b"\x47":
        return "mpegts"
    raise NotFootage(
        f"the file begins with {head[:12]!r}, which is no MP4, MOV, Matroska or transport stream"
    )


def _units_of(track: Any) -> Callable[[bytes], Iterator[bytes]]:
    """How the packets of a track are taken apart into what is digested: NAL units, frames of sound, or packets as they are."""
    context = track.codec_context
    name = context.name if context is not None else "unknown"
    extra = bytes(context.extradata or b"") if context is not None else b""
    if name == "h264":
        width = (extra[4] & 3) + 1 if extra[:1] == b"\x01" and len(extra) > 4 else 0
        return _without_aside(width, lambda unit: unit[0] & 31, _H264_ASIDE)
    if name == "hevc":
        width = (extra[21] & 3) + 1 if extra[:1] == b"\x01" and len(extra) > 21 else 0
        return _without_aside(width, lambda unit: unit[0] >> 1 & 63, _HEVC_ASIDE)
    return _without_adts if name == "aac" else _whole


def _without_aside(
    width: int, kind: Callable[[bytes], int], aside: frozenset[int]
) -> Callable[[bytes], Iterator[bytes]]:
    """NAL units behind lengths of so many bytes, or behind start codes where that is 0."""

    def units(packet: bytes) -> Iterator[bytes]:
        parts = _behind_lengths(packet, width) if width else iter(packet.split(_START)[1:])
        for part in parts:
            unit = part.rstrip(b"\0")  # zeros before a start code belong to it; no unit ends in one
            if unit and kind(unit) not in aside:
                yield unit

    return units


def _behind_lengths(packet: bytes, width: int) -> Iterator[bytes]:
    at = 0
    while at + width <= len(packet):
        size = int.from_bytes(packet[at : at + width])
        at += width
        if at + size > len(packet):
            raise NotFootage("a picture of it is longer than its packet")
        yield packet[at : at + size]
        at += size


def _without_adts(packet: bytes) -> Iterator[bytes]:
    """AAC as MP4 has it; a transport stream puts a header of 7 or 9 bytes before each frame (ISO/IEC 13818-7, 6.2)."""
    if len(packet) > 9 and packet[0] == 0xFF and packet[1] & 0xF6 == 0xF0:
        size = (packet[3] & 3) << 11 | packet[4] << 3 | packet[5] >> 5
        if size == len(packet):
            packet = packet[7 if packet[1] & 1 else 9 :]
    yield packet


def _whole(packet: bytes) -> Iterator[bytes]:
    yield packet


JOBS: dict[str, Job] = {
    "footage.streams": streams,
    "footage.frames": frames,
    "footage.samples": samples,
}
