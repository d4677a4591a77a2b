"""Marks: what was last sent from each log, kept apart from the database so that a restore of the database cannot undo it.

A mark names an event that is in the log; when it is not there any more, the log is older than what was sent from it. Marks are
kept in a folder (one small file per log, here) or, where several machines send, in their bucket (`registry.log.bucket_marks`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from registry.errors import MarkUnusable
from registry.events.ids import EventId

_MOST_BYTES: Final = 4_096
_HINT: Final = "see that the marks folder can be read and written; docs/how-to/restore.md says what to do about a broken mark"


class Mark(BaseModel):
    """The last event of an append that a paid call followed; `recorded_at` is microseconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: Annotated[StrictInt, Field(ge=1)]
    event_id: EventId
    recorded_at: Annotated[StrictInt, Field(ge=0)]


class Marks(Protocol):
    """What was last sent from each log. Threads, processes and, where the place is one for all, machines may share it.

    `told` holds what this process has raised an alarm about: log and event.
    """

    told: set[tuple[str, str]]

    def read(self, log: str) -> Mark | None:
        """The furthest mark of a log that counts, None before the first; no older one than any `advance` that has returned.

        Raises MarkUnusable, also when what is there is no mark: nobody can tell then what was sent.
        """
        ...

    def advance(self, log: str, mark: Mark, *, over: Mark | None = None) -> None:
        """Make a mark durable. One that is as far stays, unless it is `over`: a mark that somebody accepted as lost.

        Raises MarkUnusable; whether the mark is there is unknown then, and it does no harm when it is.
        """
        ...


class FolderMarks:
    """The marks in a folder, which is made when it is needed: one file per log, replaced under a lock of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.told: set[tuple[str, str]] = set()

    def read(self, log: str) -> Mark | None:
        try:
            with self._file(log).open("rb") as file:
                text = file.read(_MOST_BYTES)
            return Mark.model_validate_json(text)
        except FileNotFoundError:
            return None
        except OSError as failure:
            raise _unusable(log, "read", failure.strerror or "") from None
        except ValidationError as refused:
            raise _unusable(log, "read", f"it is no mark, in {refused.error_count()} places") from None

    def advance(self, log: str, mark: Mark, *, over: Mark | None = None) -> None:
        try:
            with self._turn(log):
                standing = self.read(log)
                if standing is None or standing == over or standing.position < mark.position:
                    self._write(log, mark)
        except OSError as failure:
            raise _unusable(log, "written", failure.strerror or "") from None

    def _write(self, log: str, mark: Mark) -> None:
        """Under the turn. The file is whole at every moment, and on the disk when this returns."""
        new = self._file(log).with_suffix(".new")
        with new.open("wb") as file:
            file.write(mark.model_dump_json().encode())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file(log))
        _sync_folder(self._folder)

    @contextmanager
    def _turn(self, log: str) -> Iterator[None]:
        """One writer at a time, of all threads and processes of this machine."""
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(self._folder.parent)
        with self._file(log).with_suffix(".turn").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _file(self, log: str) -> Path:
        return self._folder / f"{log}.json"


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _unusable(log: str, what: str, why: str) -> MarkUnusable:
    """Names the file, not the folder it is in: callers see these words."""
    return MarkUnusable(f"the mark of what was last sent, {log}.json, cannot be {what}: {why}", hint=_HINT)
