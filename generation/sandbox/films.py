"""Results: a short film of the request's own pictures, drawn and encoded when somebody first asks for it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from generation.sandbox.drawing import Scene, draw_caption, draw_scenes
from generation.sandbox.encoding import FRAME_RATE, Reel, encode
from generation.sandbox.journal import Journal
from generation.sandbox.tasks import Task

# Even numbers, as 4:2:0 video needs them.
_SIZES = {"9:16": (360, 640), "1:1": (480, 480)}
_WIDE = (640, 360)


def film_frames(task: Task) -> int:
    """As long as was asked for, and for every other task a frame more, as the vendor's are never quite even."""
    return task.asked_seconds * FRAME_RATE + _digest(task)[0] % 2


class FilmRoom:
    """Encodes films, one at a time, and keeps them as files; the same task always gives the same pictures.

    `one_for_all`: every task shares the first one's, five seconds long.
    """

    def __init__(self, journal: Journal, *, one_for_all: bool = False) -> None:
        self._journal = journal
        self._one_for_all = one_for_all
        self._guard = threading.Lock()

    def seconds(self, task: Task) -> str:
        """The film's length as the vendor writes it, decimal seconds in a string (contract 5.1)."""
        return f"{self._length(task) / FRAME_RATE:.3f}"

    def film(self, task: Task, *, marked: bool, seconds: float | None = None) -> Path:
        """The file of a task's result, made now if need be; `marked` for the watermarked one, `seconds` for one of another
        length than it should have.
        """
        frames = self._length(task) if seconds is None else max(1, round(seconds * FRAME_RATE))
        odd = "" if seconds is None else f"-{frames}"
        name = "everybody" if self._one_for_all else task.video_id
        path = self._journal.films / f"{name}{'-watermark' if marked else ''}{odd}.mp4"
        with self._guard:
            if not path.exists():
                unfinished = path.with_suffix(".part")
                self._shoot(task, unfinished, frames, marked=marked)
                os.replace(unfinished, path)
        return path

    def _length(self, task: Task) -> int:
        """In frames."""
        return FRAME_RATE * 5 if self._one_for_all else film_frames(task)

    def _shoot(self, task: Task, path: Path, frames: int, *, marked: bool) -> None:
        size = _SIZES.get(task.aspect_ratio, _WIDE)
        contents = [picture.read_bytes() for picture in self._journal.pictures(task)]
        scenes = draw_scenes(task, contents, size, tint=_digest(task)[1])
        caption = draw_caption(task, size, marked=marked)
        tone = 220.0 + _digest(task)[2] if task.sound else None
        encode(Reel(size, _frames(scenes, frames, caption), tone, task.title), path)


def _frames(scenes: list[Scene], count: int, caption: Image.Image) -> Iterator[Image.Image]:
    """Equal time for every scene, each slowly moving, with the caption on top."""
    for n in range(count):
        which, place = divmod(n * len(scenes) / count, 1)
        frame = scenes[int(which)].at(place)
        frame.paste(caption, (0, frame.height - caption.height), caption)
        yield frame


def _digest(task: Task) -> bytes:
    return hashlib.sha256(task.task_id.encode()).digest()
