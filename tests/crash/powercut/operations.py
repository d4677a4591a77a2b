"""What a process did to a folder, in the order it did it, and what it promised in between.

Paths are relative to the folder; "" is the folder itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Made:
    """A name that may not have been there before: a file, or a folder."""

    path: str
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    path: str


@dataclass(frozen=True, slots=True)
class Written:
    path: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """fsync or fdatasync came back: what had been done to the file, or to a folder's names, before number `began` is kept."""

    path: str
    began: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An append that its caller was told about: (position, leaf hash in hex, stream, name) of each event, and the call's key."""

    events: tuple[tuple[int, str, str, str], ...]
    key: str

    @classmethod
    def told(cls, said: dict[str, Any]) -> Acknowledged:
        return cls(tuple(tuple(event) for event in said["events"]), said["key"])

    @property
    def position(self) -> int:
        return self.events[-1][0]


@dataclass(frozen=True, slots=True)
class Erased:
    """Somebody was told that these bytes are gone from the disk."""

    gone: tuple[bytes, ...]

    @classmethod
    def told(cls, said: dict[str, Any]) -> Erased:
        return cls(tuple(bytes.fromhex(word) for word in said["erased"]))


Promise = Acknowledged | Erased
Operation = Made | Removed | Written | Resized | Synced | Promise


def promise(said: dict[str, Any]) -> Promise:
    """A promise as a watched process says it: `{"promise": {…}}`, in one write."""
    told = said["promise"]
    return Erased.told(told) if "erased" in told else Acknowledged.told(told)


def without_syncs(
    operations: Iterable[Operation], of: Callable[[str], bool], *, since: int = 0
) -> list[Operation]:
    """The same deeds, had the files and folders that `of` names by their paths not been synced from operation `since` on.

    Numbers stay what they were: in the place of a sync stands one of nothing.
    """
    return [
        Synced(operation.path, began=0)
        if number >= since and isinstance(operation, Synced) and of(operation.path)
        else operation
        for number, operation in enumerate(operations)
    ]
