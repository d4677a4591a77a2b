"""A backup of SQLite files while they are in use: one moment, whole, readable with keys that are copied after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from registry.errors import HistoryTampered
from registry.log.engine.backup import BackupFailed, copy_file, sqlite_file
from tests.registry.log.opened import STUDIO, Opened, describe, introduce, new_id, opened, register

BACKUPS = 6


@contextmanager
def under_load(log: Opened) -> Iterator[None]:
    """Four threads write for as long as the block lasts."""
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            asset = new_id("asset")
            log.handle(register(asset), introduce())
            log.handle(describe(asset, "she waits at the window"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_a_backup_under_load_is_whole(tmp_path: Path) -> None:
    """Every copy is a beginning of the live log without a hole, opens with its keys, and its views are those of a rebuild."""
    live, chance = tmp_path / "live", Random(29)
    with opened(live) as log:
        with under_load(log):
            for number in range(BACKUPS):
                threading.Event().wait(chance.uniform(0.02, 0.2))
                copy_file(live / "log.sqlite", tmp_path / f"{number}" / "log.sqlite")
                copy_file(live / "keys" / "keys.sqlite", tmp_path / f"{number}" / "keys" / "keys.sqlite")
        events = log.raw("SELECT * FROM events ORDER BY position")

    heads = []
    for number in range(BACKUPS):
        with opened(tmp_path / f"{number}") as copy:
            heads.append(copy.registry.feed.head(STUDIO))
            assert copy.raw("SELECT * FROM events ORDER BY position") == events[: heads[-1]]
            assert sum(1 for _ in copy.registry.moves.rows(STUDIO, after=0, until=heads[-1])) == heads[-1]
            assert copy.registry.rebuild().different == ()
            described = copy.registry.feed.after(STUDIO, 0, limit=100_000, type="AssetDescribed")
            assert {one.event.description for one in described} <= {"she waits at the window"}  # type: ignore[attr-defined]
            assert copy.handle(introduce()).position == heads[-1] + 1
    assert heads == sorted(heads)
    assert heads[-1] > heads[0]


def test_a_backup_is_the_owner_s_and_overwrites_nothing(tmp_path: Path) -> None:
    """It can be read by its owner alone; a name that is taken, a source that is none and a broken file are refused."""
    with opened(tmp_path / "live") as log:
        log.handle(introduce())
        source, copy = tmp_path / "live" / "log.sqlite", tmp_path / "backups" / "one.sqlite"
        assert copy_file(source, copy) == copy.stat().st_size
        before = copy.read_bytes()
        with pytest.raises(BackupFailed, match="is there already"):
            copy_file(source, copy)
    (tmp_path / "text").write_text("no database, whatever its name says " * 100)

    with pytest.raises(BackupFailed, match="there is no"):
        copy_file(tmp_path / "nothing", tmp_path / "two.sqlite")
    with pytest.raises(BackupFailed, match="could not be copied"):
        copy_file(tmp_path / "text", tmp_path / "two.sqlite")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backups", "live", "text"]


def test_a_backup_of_keys_knows_who_was_erased(tmp_path: Path) -> None:
    """Destroyed keys are destroyed in the copy too, and it counts erasures on from there."""
    keys = tmp_path / "live" / "keys" / "keys.sqlite"
    with opened(tmp_path / "live") as log:
        stays, goes = new_id("character"), new_id("character")
        log.handle(introduce(stays), introduce(goes, name="canary-of-somebody"))
        kept = log.keys.find([stays])
        log.registry.destroy_keys(STUDIO, [goes])
        copy_file(keys, tmp_path / "copy" / "keys" / "keys.sqlite")
        copy_file(log.database.path, tmp_path / "copy" / "log.sqlite")  # type: ignore[attr-defined]

    with opened(tmp_path / "copy") as copy:
        assert copy.keys.destroyed([stays, goes]) == {goes}
        assert copy.keys.find([stays, goes]) == kept
        assert copy.keys.erasures() == 1
        with pytest.raises(HistoryTampered):
            list(copy.registry.moves.rows(STUDIO, after=0, until=99))


def test_servers_have_their_own_tools(tmp_path: Path) -> None:
    """A path and an SQLite address name a file; a server's address does not, and its password is not repeated."""
    assert sqlite_file(str(tmp_path)) == tmp_path
    assert sqlite_file("sqlite:////data/log.sqlite") == Path("/data/log.sqlite")
    with pytest.raises(BackupFailed, match="on a server") as refused:
        sqlite_file("postgresql://ana:hunter2@db/continuity")
    assert "hunter2" not in refused.value.message
    assert "pg_dump" in refused.value.hint
