"""The films: what they are made of, and that no text or picture stops one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import av
import pybase64
import pytest

from generation.sandbox.encoding import FRAME_RATE
from generation.sandbox.films import FilmRoom, film_frames
from generation.sandbox.journal import Journal
from generation.sandbox.tasks import Task

TASK = Task(
    task_id="829836802793406551",
    account="first",
    product="omni-video",
    model="kling-v3-omni",
    external_task_id="",
    prompt="A kite.",
    aspect_ratio="16:9",
    sound=False,
    watermark=False,
    asked_seconds=5,
    units="9",
    element_names=(),
    pictures=0,
    remote_pictures=0,
    reference_video=False,
    created=0.0,
    submitted_seconds=0.0,
    processing_seconds=0.0,
)


def frames(path: Path) -> list[Any]:
    """Every picture of a film, as Pillow images."""
    with av.open(str(path)) as film:
        return [frame.to_image() for frame in film.decode(video=0)]


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "안녕하세요, 미나야",
        "🎬" * 300,
        "a\x00b\x1b[31m\u202e",
        "word " * 500,
        "\n\n  second line\nthird",
        "ffi\u0301\u0338" * 40,
    ],
)
def test_any_prompt_can_be_burned_in(tmp_path: Path, prompt: str) -> None:
    """Korean, emoji, control characters and endless lines all give a film of the asked length, or a frame more."""
    task = dataclasses.replace(TASK, prompt=prompt)
    images = frames(FilmRoom(Journal(tmp_path)).film(task, marked=False))

    assert len(images) == film_frames(task)
    assert len(images) - task.asked_seconds * FRAME_RATE in (0, 1)


@pytest.mark.parametrize(
    ("ratio", "size"), [("16:9", (640, 360)), ("9:16", (360, 640)), ("1:1", (480, 480)), ("", (640, 360))]
)
def test_the_film_has_the_asked_shape(tmp_path: Path, ratio: str, size: tuple[int, int]) -> None:
    """The frame follows aspect_ratio; without one it is wide."""
    task = dataclasses.replace(TASK, aspect_ratio=ratio, element_names=("Mina",), reference_video=True)

    assert frames(FilmRoom(Journal(tmp_path)).film(task, marked=False))[0].size == size


def test_the_film_shows_the_pictures_in_turn(tmp_path: Path, picture: Any) -> None:
    """The request's own pictures are what is seen, one after the other."""
    journal = Journal(tmp_path)
    contents = [pybase64.b64decode(picture(600, 400, colour=colour)) for colour in ("red", "blue")]
    journal.keep_pictures(TASK.task_id, contents)
    images = frames(FilmRoom(journal).film(dataclasses.replace(TASK, pictures=2), marked=False))
    early, late = (images[n].getpixel((320, 100)) for n in (5, -5))

    assert (early[0] > 200, early[2] < 60) == (True, True)
    assert (late[2] > 200, late[0] < 60) == (True, True)


def test_a_damaged_picture_does_not_stop_the_film(tmp_path: Path, picture: Any) -> None:
    """Pictures cut short, or no pictures at all, are named on a card."""
    journal = Journal(tmp_path)
    whole = pybase64.b64decode(picture(600, 400, "JPEG"))
    journal.keep_pictures(TASK.task_id, [whole[: len(whole) // 2], b"nothing", b""])
    path = FilmRoom(journal).film(dataclasses.replace(TASK, pictures=3), marked=False)

    assert len(frames(path)) == film_frames(TASK)


def test_every_task_has_its_own_film(tmp_path: Path) -> None:
    """Two tasks of the same prompt give different files; the same task gives the file it gave before."""
    room = FilmRoom(Journal(tmp_path))
    other = dataclasses.replace(TASK, task_id="829836802793406552")
    first, second = room.film(TASK, marked=False), room.film(other, marked=False)
    made = first.stat().st_mtime_ns

    assert first.read_bytes() != second.read_bytes()
    assert room.film(TASK, marked=False).stat().st_mtime_ns == made


def test_the_title_keeps_what_the_font_cannot_draw(tmp_path: Path) -> None:
    """The prompt's first line stands whole in the file's title."""
    path = FilmRoom(Journal(tmp_path)).film(dataclasses.replace(TASK, prompt="\n미나: 안녕\nx"), marked=True)

    with av.open(str(path)) as film:
        assert film.metadata["title"] == "미나: 안녕"


def test_one_film_for_everybody(tmp_path: Path) -> None:
    """On order all tasks share one file, and each is said to last as long as that one does."""
    room = FilmRoom(Journal(tmp_path), one_for_all=True)
    tasks = [dataclasses.replace(TASK, task_id=str(829836802793406551 + number)) for number in range(5)]

    assert len({room.film(task, marked=False) for task in tasks}) == 1
    assert {room.seconds(task) for task in tasks} == {
        f"{len(frames(room.film(TASK, marked=False))) / FRAME_RATE:.3f}"
    }
