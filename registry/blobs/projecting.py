"""What a confined child does with footage: walk all packets, decode the first frame, make a poster of it.

PyAV is imported on use, as it is the optional extra `media`.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from registry.errors import NotFootage

from .boxes import read_tables
from .confinement import Job, reading, writing

POSTER_QUALITY = 85
MAX_PIXELS = 40_000_000


def probe(source: int) -> dict[str, Any]:
    """The facts about a clip after reading every packet and decoding its first frame."""
    with _opened(source) as container:
        stream = container.streams.video[0]
        sound = container.streams.audio[0] if container.streams.audio else None
        first = _first_frame(container)
        container.seek(0)
        packets = sum(1 for packet in container.demux(stream) if packet.size)
        if stream.frames and packets < stream.frames:
            raise NotFootage(f"{stream.frames} frames are announced, {packets} are there")
        rate = stream.average_rate or stream.guessed_rate
        return {
            "duration_us": container.duration,
            "width": first.width,
            "height": first.height,
            "fps": [rate.numerator, rate.denominator] if rate else None,
            "video_codec": stream.codec_context.name,
            "audio_codec": _codec(sound) if sound else None,
        }


def poster(source: int, target: int) -> dict[str, Any]:
    """Write the first frame as a JPEG."""
    with _opened(source) as container:
        frame = _first_frame(container)
        with writing(target) as out:
            save_poster(frame, out)
    return {}


def save_poster(frame: Any, out: BinaryIO) -> None:
    """A frame as a JPEG, turned as the clip asks to be shown."""
    image = frame.to_image()
    if frame.rotation:
        image = image.rotate(frame.rotation, expand=True)
    image.save(out, "JPEG", quality=POSTER_QUALITY, optimize=True)


def _opened(source: int) -> Any:
    import av

    with reading(source) as file:
        read_tables(file)
    # Only the one demuxer: others would follow names of further files written inside.
    container = av.open(reading(source), format="mov", metadata_errors="replace")
    if not container.streams.video:
        raise NotFootage("it has no picture track")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise NotFootage("nobody here can decode its picture track")
    stream.codec_context.thread_count = 1
    if stream.width * stream.height > MAX_PIXELS:
        raise NotFootage(f"{stream.width} x {stream.height} pixels: more than {MAX_PIXELS} are not decoded")
    return container


def _first_frame(container: Any) -> Any:
    for frame in container.decode(video=0):
        return frame
    raise NotFootage("no frame of it can be decoded")


def _codec(stream: Any) -> str:
    """A stream that no decoder knows is named as that; only pictures must be decodable."""
    return stream.codec_context.name if stream.codec_context else "unknown"


JOBS: dict[str, Job] = {"footage.probe": probe, "footage.poster": poster}
