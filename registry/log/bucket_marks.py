"""Marks in a bucket, for machines that share one: each mark is a name that is written once, and the furthest name counts.

    marks/<log>/<history>.<position>.<recorded_at>.<event id>.<over>

Nothing is ever overwritten, so no two writers can lose each other's mark, and a name is there whole or not at all. Restores
that a person accepted give the log another history: names of history n + 1 put those of older ones out of force, as far as the
position `over` that was accepted as lost, and no further: what a forgotten worker sends beyond it counts. Names that count no
more are removed a handful at a time; a crash on the way leaves some, which do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple, Protocol, Self, runtime_checkable

import structlog
from pydantic import ValidationError

from registry.errors import BlobError, MarkUnusable
from registry.log.marks import Mark

MOST_NAMES: Final = 16
"""How many names of a log may gather before those that count no more are removed: one page of a listing stays short."""
_NAME: Final = re.compile(r"([0-9]{6})\.([0-9]{19})\.([0-9]{16,19})\.([a-z0-9_]+)\.([0-9]{19})")
_HINT: Final = (
    "see that the bucket can be read and written; docs/how-to/restore.md says what to do about a broken mark"
)
_log = structlog.get_logger("marks")


@runtime_checkable
class Notes(Protocol):
    """Names kept beside the blobs of a bucket, in the grammar of blob keys; no listing, sweep or erasure of blobs meets them.

    Every method may raise BlobStoreDown, and may be called from several threads, processes and machines at once.
    """

    def note(self, name: str) -> None:
        """Write a name down; durable on return. One that is there already is as good."""
        ...

    def noted(self, prefix: str) -> Sequence[str]:
        """The names that begin with the prefix: all whose `note` has returned, but for the forgotten."""
        ...

    def forget(self, names: Collection[str]) -> None:
        """Remove names, with every version of them; one that is not there is no error."""
        ...


class _Noted(NamedTuple):
    """A mark as it is noted. `over` is the position up to which older histories are out of force; 0 in the first."""

    history: int
    mark: Mark
    over: int

    @classmethod
    def parse(cls, name: str) -> Self:
        """Raises ValueError on anything that is no such name (ValidationError is one)."""
        if (parts := _NAME.fullmatch(name)) is None:
            raise ValueError("it is no mark")
        history, position, recorded_at, event_id, over = parts.groups()
        mark = Mark(position=int(position), event_id=event_id, recorded_at=int(recorded_at))
        return cls(int(history), mark, int(over))

    def __str__(self) -> str:
        mark = self.mark
        return f"{self.history:06}.{mark.position:019}.{mark.recorded_at:016}.{mark.event_id}.{self.over:019}"


class BucketMarks:
    """The marks in a bucket. Machines whose clocks differ may share it: only positions are compared."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.told: set[tuple[str, str]] = set()

    def read(self, log: str) -> Mark | None:
        standing = _standing(self._noted(log))
        return None if standing is None else standing.mark

    def advance(self, log: str, mark: Mark, *, over: Mark | None = None) -> None:
        noted = self._noted(log)
        standing = _standing(noted)
        if standing is None:
            new = _Noted(0, mark, 0)
        elif standing.mark == over:
            new = _Noted(max(one.history for one in noted) + 1, mark, over.position)
        elif standing.mark.position < mark.position:
            new = _Noted(standing.history, mark, standing.over)
        else:
            return
        try:
            self._notes.note(f"{_place(log)}{new}")
        except BlobError as failure:
            raise _unusable(log, "written", failure.message) from failure
        if len(noted) >= MOST_NAMES:
            self._forget(log, _past([*noted, new]))

    def _noted(self, log: str) -> list[_Noted]:
        place, name = _place(log), ""
        try:
            return [_Noted.parse(name := found.removeprefix(place)) for found in self._notes.noted(place)]
        except BlobError as failure:
            raise _unusable(log, "read", failure.message) from failure
        except ValidationError as refused:
            raise _unusable(
                log, "read", f"{name[:120]!r} is none, in {refused.error_count()} places"
            ) from None
        except ValueError:
            raise _unusable(log, "read", f"{name[:120]!r} is none") from None

    def _forget(self, log: str, past: Iterable[_Noted]) -> None:
        """The mark is durable already: a bucket that removes nothing costs longer listings, never a mark."""
        try:
            self._notes.forget([f"{_place(log)}{one}" for one in past])
        except BlobError as failure:
            _log.warning("marks_not_removed", log=log, code=failure.code, message=failure.message)


def _overruled(noted: Sequence[_Noted]) -> set[_Noted]:
    """What a later history has put out of force."""
    histories = {one.history for one in noted}
    reach = {older: max((one.over for one in noted if one.history > older), default=0) for older in histories}
    return {one for one in noted if one.mark.position <= reach[one.history]}


def _standing(noted: Sequence[_Noted]) -> _Noted | None:
    """The furthest that nothing overrules; of two at one position always the same one."""
    in_force = set(noted) - _overruled(noted)
    return max(in_force, key=lambda one: (one.mark.position, str(one)), default=None)


def _past(noted: Sequence[_Noted]) -> set[_Noted]:
    """What counts no more: the oldest history first, as what overrules it must outlive it, and at last what is not so far."""
    standing, overruled = _standing(noted), _overruled(noted)
    if overruled:
        oldest = min(one.history for one in overruled)
        return {one for one in overruled if one.history == oldest}
    return {one for one in noted if standing and one.mark.position < standing.mark.position}


def _place(log: str) -> str:
    return f"marks/{log}/"


def _unusable(log: str, what: str, why: str) -> MarkUnusable:
    """Names the log, not the bucket: callers see these words."""
    return MarkUnusable(f"the mark of what was last sent from {log} cannot be {what}: {why}", hint=_HINT)
