"""Marks: whole at every moment, never back, and broken ones are said to be broken."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.errors import MarkUnusable
from registry.log.marks import Mark, Marks
from tests.registry.events.golden import an_id

LOG = an_id("studio")


def mark(position: int, number: int | None = None) -> Mark:
    return Mark(position=position, event_id=an_id("event", number or position), recorded_at=position)


def test_a_mark_is_kept(tmp_path: Path) -> None:
    """There is none before the first; then it is what was written, for every opening of the folder, each log for itself."""
    marks = Marks(tmp_path / "deep" / "marks")

    assert marks.read(LOG) is None
    marks.advance(LOG, mark(7))
    assert Marks(tmp_path / "deep" / "marks").read(LOG) == mark(7)
    assert marks.read(an_id("studio", 2)) is None


def test_a_mark_never_moves_back(tmp_path: Path) -> None:
    """The furthest stays, and so does the first of two at one position; only what is over is replaced by one before it."""
    marks = Marks(tmp_path)
    marks.advance(LOG, mark(7))

    marks.advance(LOG, mark(6))
    marks.advance(LOG, mark(7, number=70))
    marks.advance(LOG, mark(5), over=mark(6))
    assert marks.read(LOG) == mark(7)
    marks.advance(LOG, mark(5), over=mark(7))
    assert marks.read(LOG) == mark(5)


def test_the_furthest_of_many_wins(tmp_path: Path) -> None:
    """Threads on several openings of the folder leave the highest position, and no other file but the turn's."""
    folders = [Marks(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: folders[n % 4].advance(LOG, mark(n)), range(1, 60)))

    assert folders[0].read(LOG) == mark(59)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".turn"]


def test_a_mark_is_on_the_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are synced before the file takes its name, and the folder after that."""
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace
    Marks(tmp_path).advance(LOG, mark(1))

    def synced(number: int) -> None:
        target = Path(os.readlink(f"/proc/self/fd/{number}"))
        steps.append("folder" if target.is_dir() else f"{target.suffix} of {target.stat().st_size}")
        sync(number)

    def replaced(path: Path, target: Path) -> Path:
        steps.append("renamed")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    Marks(tmp_path).advance(LOG, mark(2))

    assert steps == [f".new of {len(mark(2).model_dump_json())}", "renamed", "folder"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"position": 7}',
        '{"position": "7", "event_id": "event_x"}',
        mark(7).model_dump_json()[:-9],
        mark(7).model_dump_json() + "x" * 5000,
        "\x00" * 80,
    ],
)
def test_a_broken_mark_is_refused(tmp_path: Path, text: str) -> None:
    """A file that is no mark is neither read as none nor written over: the refusal names it, and not where it lies."""
    marks = Marks(tmp_path)
    (tmp_path / f"{LOG}.json").write_text(text)

    with pytest.raises(MarkUnusable, match=f"{LOG}.json") as refused:
        marks.read(LOG)
    assert refused.value.hint
    assert str(tmp_path) not in refused.value.message
    with pytest.raises(MarkUnusable):
        marks.advance(LOG, mark(9))
    assert (tmp_path / f"{LOG}.json").read_text() == text


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """Where the folder cannot be used, reading and writing say so in our words."""
    (tmp_path / "file").write_text("not a folder")
    marks = Marks(tmp_path / "file")

    for attempt in (lambda: marks.read(LOG), lambda: marks.advance(LOG, mark(1))):
        with pytest.raises(MarkUnusable) as refused:
            attempt()
        assert str(tmp_path) not in refused.value.message


def test_a_write_cut_short_changes_nothing(tmp_path: Path) -> None:
    """What a crash leaves of a new mark is not read, and the next write replaces it."""
    marks = Marks(tmp_path)
    marks.advance(LOG, mark(1))
    (tmp_path / f"{LOG}.new").write_text("{")

    assert marks.read(LOG) == mark(1)
    marks.advance(LOG, mark(2))
    assert marks.read(LOG) == mark(2)
