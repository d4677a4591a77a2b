"""Frames and a tone into an MP4 file (H.264, and AAC when there is sound), with PyAV."""

from __future__ import annotations

import array
import importlib.util
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

FRAME_RATE = 12
SAMPLE_RATE = 48_000
_CHUNK = 1024


class MediaMissing(RuntimeError):
    """PyAV is not installed, and the settings ask for films."""


def require_media() -> None:
    """Raise MediaMissing at start instead of at the first download."""
    if importlib.util.find_spec("av") is None:
        raise MediaMissing(
            "the sandbox makes real films with PyAV, which is not installed: "
            "install the extra 'media', or start it with media off (results then answer 404)"
        )


@dataclass(frozen=True)
class Reel:
    """A film before encoding: frame size, frames at FRAME_RATE, the tone's pitch in hertz (None is silent), title."""

    size: tuple[int, int]
    frames: Iterator[Image.Image]
    tone: float | None
    title: str


def encode(reel: Reel, path: Path) -> None:
    """Write the film; playable while it is still downloading (the index stands in front)."""
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata["title"] = reel.title.replace("\x00", "")
        picture = container.add_stream("libx264", rate=FRAME_RATE)
        picture.width, picture.height = reel.size
        picture.pix_fmt = "yuv420p"
        picture.options = {"preset": "veryfast", "crf": "30", "threads": "1"}
        sound = (
            container.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if reel.tone is not None else None
        )
        count = 0
        for count, image in enumerate(reel.frames, start=1):
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = count - 1, Fraction(1, FRAME_RATE)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if sound is not None and reel.tone is not None:
            _play(container, sound, pitch=reel.tone, seconds=count / FRAME_RATE)


def _play(container: OutputContainer, stream: AudioStream, *, pitch: float, seconds: float) -> None:
    """A quiet steady tone as long as the pictures."""
    import av

    total = int(seconds * SAMPLE_RATE)
    for start in range(0, total, _CHUNK):
        end = min(start + _CHUNK, total)
        wave = (int(3000 * math.sin(2 * math.pi * pitch * n / SAMPLE_RATE)) for n in range(start, end))
        frame = av.AudioFrame(format="s16", layout="mono", samples=end - start)
        frame.planes[0].update(array.array("h", wave).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
