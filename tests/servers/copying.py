"""Films for tests that recognise them: made, put into other containers packet by packet, and encoded anew."""

from __future__ import annotations

import io
import math
from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from PIL import Image, ImageDraw

Path_ = Callable[[float], tuple[float, float]]
SIZE = (320, 180)
RATE = 12


def across(place: float) -> tuple[float, float]:
    """From left to right."""
    return 20 + 200 * place, 50


def back(place: float) -> tuple[float, float]:
    """From right to left."""
    return 220 - 200 * place, 50


def shots(path: Path_ = across, *, count: int = 24, hue: int = 0) -> Iterator[Image.Image]:
    """A set, always the same for one hue, and somebody who goes a way through it."""
    base = Image.linear_gradient("L").resize(SIZE).rotate(180)
    stage = Image.merge("RGB", (base, base.point(lambda level: (level + hue) % 256), base.transpose(0)))
    pen = ImageDraw.Draw(stage)
    pen.rectangle((0, 130, 320, 180), fill=(90, 60, 30))
    pen.ellipse((240, 10, 300, 70), fill=(250, 240, 120))
    for number in range(count):
        frame = stage.copy()
        left, top = path(number / count)
        pen = ImageDraw.Draw(frame)
        pen.ellipse((left, top, left + 50, top + 50), fill=(240, 200, 170))
        pen.rectangle((left - 5, top + 50, left + 55, top + 110), fill=(30, 40, 90))
        yield frame


def film(
    frames: Iterator[Image.Image],
    *,
    form: str = "mp4",
    tone: float | None = 300.0,
    codec: str = "libx264",
    **options: str,
) -> bytes:
    """Encoded, with a tone unless it is None."""
    pictures = list(frames)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        with av.open(str(path), "w", format=form) as out:
            video: Any = out.add_stream(codec, rate=RATE)
            video.width, video.height, video.pix_fmt = *pictures[0].size, "yuv420p"
            video.options = {"preset": "veryfast", "threads": "1", **options}
            sound: Any = None if tone is None else out.add_stream("aac", rate=44_100, layout="mono")
            for number, image in enumerate(pictures):
                frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
            if tone is not None:
                _play(out, sound, tone, len(pictures) / RATE)
        return path.read_bytes()


def _play(out: Any, sound: Any, tone: float, seconds: float) -> None:
    for number in range(int(seconds * 44_100 / 1024)):
        frame = av.AudioFrame(format="s16", layout="mono", samples=1024)
        start = number * 1024
        wave = (int(3000 * math.sin(2 * math.pi * tone * n / 44_100)) for n in range(start, start + 1024))
        frame.planes[0].update(array("h", wave).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 44_100, start, Fraction(1, 44_100)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))


def remuxed(content: bytes, form: str, *, sound: bool = True, title: str = "", **options: str) -> bytes:
    """The same packets in another container."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "copy"
        with (
            av.open(io.BytesIO(content)) as source,
            av.open(str(path), "w", format=form, options=options) as out,
        ):
            out.metadata["title"] = title
            taken = [track for track in source.streams if sound or track.type == "video"]
            tracks: dict[int, Any] = {track.index: out.add_stream_from_template(track) for track in taken}
            for packet in source.demux(taken):
                if packet.dts is not None:
                    packet.stream = tracks[packet.stream.index]
                    out.mux(packet)
        return path.read_bytes()


def dubbed(content: bytes, other: bytes) -> bytes:
    """The pictures of one film over the sound of another."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dubbed"
        with (
            av.open(io.BytesIO(content)) as seen,
            av.open(io.BytesIO(other)) as heard,
            av.open(str(path), "w", format="mp4") as out,
        ):
            sources = [(seen, seen.streams.video[0]), (heard, heard.streams.audio[0])]
            tracks: list[Any] = [out.add_stream_from_template(track) for _, track in sources]
            for (source, track), target in zip(sources, tracks, strict=True):
                for packet in source.demux(track):
                    if packet.dts is not None:
                        packet.stream = target
                        out.mux(packet)
        return path.read_bytes()


def frames_in(content: bytes) -> list[Image.Image]:
    """All of them, decoded."""
    with av.open(io.BytesIO(content)) as source:
        return [frame.to_image() for frame in source.decode(video=0)]


def encoded_anew(
    content: bytes, *, scale: float = 1.0, crop: float = 0.0, crf: int = 32, tone: float | None = 300.0
) -> bytes:
    """Decoded, cut by a share of each side, scaled, and encoded at another quality."""
    changed = []
    for frame in frames_in(content):
        across_, down = int(frame.width * crop), int(frame.height * crop)
        cut = frame.crop((across_, down, frame.width - across_, frame.height - down))
        changed.append(cut.resize((int(cut.width * scale) // 2 * 2, int(cut.height * scale) // 2 * 2)))
    return film(iter(changed), tone=tone, crf=str(crf))
