"""Taking a folder for oneself: one process, and one thread of it, at a time; a killed one lets go of it at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from registry.errors import LogBusy


@contextmanager
def taken(folder: Path, *, wait: bool) -> Iterator[None]:
    """Hold a folder. It and the one around it are made when needed and go when left empty. Raises LogBusy unless told to wait."""
    held = _hold(folder, wait)
    try:
        yield
    finally:
        with suppress(OSError):
            folder.rmdir()
            folder.parent.rmdir()
        os.close(held)


def _hold(folder: Path, wait: bool) -> int:
    """An open and locked folder that still stands at its path: who had it before may have removed it."""
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(opened), folder.stat()):
                return opened
        except BlockingIOError:
            os.close(opened)
            raise LogBusy(
                "the views are being rebuilt already",
                hint="wait for the rebuild under way to end; if it was killed, begin again",
                landed=False,
            ) from None
        except FileNotFoundError:
            pass
        os.close(opened)
