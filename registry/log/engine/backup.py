"""A copy of an SQLite file while it is in use: one moment of it, checked, in a file of its own.

Copying the file with other tools can catch it in the middle of a write, and other builds of SQLite can harm it (`engine`).
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import make_url

from registry.errors import RegistryError

_BUSY_SECONDS = 60.0


class BackupFailed(RegistryError):
    """No copy was made; what was in use is as it was."""

    code = "backup-failed"


def sqlite_file(place: str) -> Path:
    """The file that a path or a URL names. Raises BackupFailed for a server, which has tools of its own for this."""
    if "://" not in place:
        return Path(place)
    parsed = make_url(place)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise BackupFailed(
            f"{parsed.set(password=None)} is on a server, whose own tools copy it",
            hint="use pg_basebackup or pg_dump; docs/how-to/backup.md says how",
        )
    return Path(parsed.database)


def copy_file(source: Path, target: Path) -> int:
    """Copy an SQLite file as it is at one moment, whole or not at all, for its owner only. Answers its bytes.

    Raises BackupFailed.
    """
    if not source.exists():
        raise BackupFailed(f"there is no {source}", hint="look at the settings of this command")
    if target.exists():
        raise BackupFailed(f"{target} is there already", hint="name a new file for each backup")
    beside = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, beside)
        return _put(beside, target)
    except (sqlite.Error, OSError) as failure:
        beside.unlink(missing_ok=True)
        raise BackupFailed(
            f"{source} could not be copied: {failure}", hint="see that the disk has room"
        ) from None


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite.connect(str(source), timeout=_BUSY_SECONDS, isolation_level=None)) as live:
        live.execute("VACUUM INTO ?", (str(target),))
    with closing(sqlite.connect(str(target), isolation_level=None)) as copy:
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise sqlite.DatabaseError(f"the copy is damaged: {found}")


def _put(beside: Path, target: Path) -> int:
    for path in (beside, beside.parent):
        opened = os.open(path, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)
    size = beside.stat().st_size
    beside.rename(target)
    opened = os.open(target.parent, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)
    return size
