"""Where a storm rages: a fresh database of either engine, which every process of the storm opens for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.registry.log.opened import Opened, opened

ENGINES: Final = ("sqlite",)


@dataclass(frozen=True)
class Place:
    """A database and the folder that the processes of a storm share. Can be sent to other processes."""

    engine: str
    folder: Path

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """The registry, as a process of its own opens it."""
        with opened(self.folder, clock=_microseconds) as log:
            yield log

    @property
    def counter(self) -> str:
        """The type of a column that counts by itself."""
        return "INTEGER PRIMARY KEY AUTOINCREMENT"


@contextmanager
def place(engine: str, folder: Path) -> Iterator[Place]:
    """An empty, migrated database of that engine; its bytes are gone afterwards where they are not in `folder`."""
    found = Place(engine, folder)
    with found.opened():
        pass
    yield found


def _microseconds() -> int:
    import time

    return time.time_ns() // 1_000
