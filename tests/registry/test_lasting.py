"""Folders that are made for what must last: their names are on the disk before anything is put into them.

That an emptied write-ahead log stays empty is told by tests/crash/powercut/test_cuts_after_erasure.py.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from registry.lasting import make_folder


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were synced, in order, by their last names."""
    names: list[str] = []
    sync = os.fsync

    def noted(opened: int) -> None:
        names.append(Path(os.readlink(f"/proc/self/fd/{opened}")).name)
        sync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    return names


def test_every_new_name_is_kept(tmp_path: Path, synced: list[str]) -> None:
    """Each missing folder is made, the last with its mode, and the folder above each is synced."""
    make_folder(tmp_path / "a" / "b", mode=0o700)

    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert synced[-2:] == [tmp_path.name, "a"]


def test_a_folder_that_is_there_is_made_sure_of(tmp_path: Path, synced: list[str]) -> None:
    """Who made a folder may have died before its name was kept, so the next to need it syncs as well."""
    (tmp_path / "a").mkdir()
    make_folder(tmp_path / "a")

    assert synced == [tmp_path.name]


def test_a_folder_in_one_that_is_closed_to_us_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in a folder that this process may not open was made by others, and is taken as it is."""

    def refused(*_: object, **__: object) -> int:
        raise PermissionError

    (tmp_path / "a").mkdir()
    monkeypatch.setattr(os, "open", refused)

    make_folder(tmp_path / "a")
    with pytest.raises(PermissionError):
        make_folder(tmp_path / "a" / "b")
