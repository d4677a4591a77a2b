"""Where a test run writes: in memory, so that what waits for a disk does not set the pace of the tests.

Killing a process loses nothing that a file system has taken, on a disk or in memory, so tests that kill hold there as well. Those
about power cuts judge what was synced from the traces of system calls, on any file system; benchmarks and `make crash`, `storm`
and `soak` write to the disk as ever.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")
_LEAST: Final = 6 * 2**30
"""Bytes that must be free there; with less, or where there is no such place, tests write where everything does."""
_NAME: Final = "continuity-tests-"


def make_room(environment: MutableMapping[str, str]) -> Path | None:
    """Make a folder in memory for this process and all it starts, and name it in TMPDIR; none if somebody has named one."""
    if "TMPDIR" in environment or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < _LEAST:
        return None
    for left in MEMORY.glob(f"{_NAME}*"):
        if not Path(f"/proc/{left.name.removeprefix(_NAME)}").exists():
            clear(left)
    room = MEMORY / f"{_NAME}{os.getpid()}"
    room.mkdir()
    room.chmod(0o755)  # whatever the umask: PostgreSQL, as another user, has its folder in it
    environment["TMPDIR"] = str(room)
    tempfile.tempdir = None
    return room


def clear(room: Path) -> None:
    shutil.rmtree(room, ignore_errors=True)
