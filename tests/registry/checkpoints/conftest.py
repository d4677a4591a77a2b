"""A registry with its checkpoints in a folder beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.checkpoints.keys import KeyFile
from registry.checkpoints.making import Checkpoints
from registry.checkpoints.places import Folder
from tests.registry.log.opened import Opened, introduce, opened

ORIGIN = "films.example/house"


@dataclass
class House:
    """An open registry, its checkpoints, and the folder that everything is in."""

    log: Opened
    checkpoints: Checkpoints
    folder: Path

    def grow(self, many: int) -> None:
        """So many events more in the studio's log."""
        for start in range(0, many, 100):
            self.log.handle(*(introduce(name=f"n{n}") for n in range(start, min(many, start + 100))))

    def again(self) -> Checkpoints:
        """Another process that makes checkpoints here."""
        return made_in(self.log, self.folder)


def made_in(log: Opened, folder: Path) -> Checkpoints:
    places = [Folder(folder / "checkpoints")]
    return Checkpoints(log.registry, places, KeyFile(folder / "key.pem"), origin=ORIGIN)


@pytest.fixture
def house(home: Path, tmp_path: Path) -> Iterator[House]:
    """On each engine of the run."""
    with opened(home) as log:
        yield House(log, made_in(log, tmp_path), tmp_path)


@pytest.fixture
def on_disk(on_file: Path, tmp_path: Path) -> Iterator[House]:
    """On SQLite alone, where the engine makes no difference."""
    with opened(on_file) as log:
        yield House(log, made_in(log, tmp_path), tmp_path)
