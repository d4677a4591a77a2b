"""What SQLite does not wait for, and must outlast a power cut all the same: the names of folders, and an emptied log.

Syncing a file keeps its bytes, not the name under which it is found: a new name is kept when the folder it stands in is synced.
SQLite does that for its own files, and not for the folders they stand in.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder, with those above it that are missing, and wait until the disk knows their names. Raises OSError."""
    if path.is_dir():
        # Who made it may have died before its name was kept. What stands in a folder that we may not open, others made.
        with suppress(OSError):
            sync_folder(path.parent)
        return
    make_folder(path.parent)
    path.mkdir(mode, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Wait until the disk knows the names in a folder. Raises OSError."""
    _sync(path, os.O_DIRECTORY)


def sync_emptied(database: Path) -> None:
    """Wait until the disk knows that the write-ahead log beside a SQLite database was cut to nothing. Raises OSError.

    `wal_checkpoint(TRUNCATE)` does not: after a power cut the log could be whole again, with what was erased in it. SQLite holds
    its locks on other files, so opening and closing this one gives none away.
    """
    with suppress(FileNotFoundError):
        _sync(database.with_name(database.name + "-wal"))


def _sync(path: Path, flags: int = 0) -> None:
    opened = os.open(path, os.O_RDONLY | flags)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
