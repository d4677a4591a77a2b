"""Backups that are taken at random moments of a working life: each is flagged that lacks the last send, and no other (A29).

`PROOF_POINTS=100` in the environment takes as many.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from random import Random

import pytest

from generation.restoring import restored
from registry.log.engine.backup import copy_file
from tests.crash.test_restored_backup import Reopen, reopen, tried
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

POINTS = int(os.environ.get("PROOF_POINTS", "10"))

__all__ = ["reopen"]


def back_ups(world: World, folder: Path, done: threading.Event) -> list[Path]:
    """Copies at random moments until `done`, the way `continuity backup` makes them: first the log, then the keys."""
    chance, taken = Random(29), []
    while len(taken) < POINTS - 1 and not done.wait(chance.uniform(0.0, 8.0 / POINTS)):
        copy = folder / f"{len(taken):03d}"
        copy_file(world.folder / "log.sqlite", copy / "log.sqlite")
        copy_file(world.folder / "keys.sqlite", copy / "keys.sqlite")
        taken.append(copy)
    return taken


@pytest.mark.slow
def test_any_older_backup_is_flagged(world: World, provider: Sandbox, tmp_path: Path, reopen: Reopen) -> None:
    """Of all copies exactly those without the last send's event are told, and send nothing; the newest one is none of them."""
    done, taken = threading.Event(), list[Path]()
    thread = threading.Thread(target=lambda: taken.extend(back_ups(world, tmp_path / "copies", done)))
    thread.start()
    while thread.is_alive():
        world.carry(world.ask(**ALONE))
    thread.join()
    world.carry(world.ask(**ALONE))
    last = tmp_path / "copies" / "last"
    for name in ("log.sqlite", "keys.sqlite"):
        copy_file(world.folder / name, last / name)
    mark = world.desk.marks.read(world.studio)
    assert mark is not None
    posts = len(provider.ledger())

    for copy in [*taken, last]:
        old = reopen(world, copy)
        lacks = old.registry.feed.head(old.studio) < mark.position
        found = restored(old.desk, old.studio)
        assert (found is not None) == lacks == (copy != last), copy
        if found is not None and copy in taken[:2]:
            tried(old, old.ask(**ALONE))
    assert len(taken) == POINTS - 1
    assert len(provider.ledger()) == posts
