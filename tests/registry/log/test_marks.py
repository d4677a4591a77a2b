"""Marks in a folder: the contract; whole at every moment, and broken ones are said to be broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.errors import MarkUnusable
from registry.log.marks import FolderMarks
from tests.contracts.marks import LOG, MarksContract, Opens, Place, mark


class TestFolderMarks(MarksContract):
    @pytest.fixture
    def opens(self, tmp_path: Path) -> Opens:
        return lambda: FolderMarks(tmp_path / "deep" / "marks")

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return {"folder": str(tmp_path / "deep" / "marks")}


def test_only_the_mark_and_its_lock_are_left(tmp_path: Path) -> None:
    """Of any number of marks one file stays, beside the one that is locked."""
    for position in range(1, 9):
        FolderMarks(tmp_path).advance(LOG, mark(position))

    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".turn"]


def test_a_mark_is_on_the_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are synced before the file takes its name, and the folder after that."""
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace
    FolderMarks(tmp_path).advance(LOG, mark(1))

    def synced(number: int) -> None:
        target = Path(os.readlink(f"/proc/self/fd/{number}"))
        steps.append("folder" if target.is_dir() else f"{target.suffix} of {target.stat().st_size}")
        sync(number)

    def replaced(path: Path, target: Path) -> Path:
        steps.append("renamed")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    FolderMarks(tmp_path).advance(LOG, mark(2))

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
    marks = FolderMarks(tmp_path)
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
    marks = FolderMarks(tmp_path / "file")

    for attempt in (lambda: marks.read(LOG), lambda: marks.advance(LOG, mark(1))):
        with pytest.raises(MarkUnusable) as refused:
            attempt()
        assert str(tmp_path) not in refused.value.message


def test_a_write_cut_short_changes_nothing(tmp_path: Path) -> None:
    """What a crash leaves of a new mark is not read, and the next write replaces it."""
    marks = FolderMarks(tmp_path)
    marks.advance(LOG, mark(1))
    (tmp_path / f"{LOG}.new").write_text("{")

    assert marks.read(LOG) == mark(1)
    marks.advance(LOG, mark(2))
    assert marks.read(LOG) == mark(2)
