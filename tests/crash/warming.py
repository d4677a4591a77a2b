"""What a forking process does once, so that its children need not: imports, compiled statements, certificates, a studio.

It carries lives of its own to their end, as its children will: Python runs what it has run often much quicker, and children
have that from their first step on.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from generation import fetching
from tests.crash.lives import Place, Stage, live
from tests.crash.schedules import Mode, schedules
from tests.servers.building import build
from tests.servers.making import with_views
from tests.servers.sandbox import Sandbox
from tests.servers.sharing import share_compiled_statements, share_trust

_LIVES: Final = 12
"""Carried here: more would make the children no quicker."""


def warm(provider: Sandbox, folder: Path) -> Stage:
    """Make a small studio in an empty folder and carry some lives here; nothing that must not be shared with children is left."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    share_trust()
    fetching.probe = partial(fetching.probe, decode=False)  # films are not what this is about
    share_compiled_statements()
    world = with_views(build(folder, provider.url))
    world.registry.close()
    names = ("studio", "account", "production", "unplaced", "scene", "cafe")
    ids = {name: getattr(world, name) for name in names} | {"mina": world.mina.character}
    stage = Stage(str(folder), ids, provider.url, Mode("same_id_after_disproof", "accept"))
    _rehearse(stage)
    gc.collect()
    gc.freeze()
    return stage


def staged(stage: Stage, folder: str, mode: Mode) -> Stage:
    """The same studio in another folder, to be played in one mode."""
    shutil.copytree(stage.folder, folder, dirs_exist_ok=True)
    return replace(stage, folder=folder, mode=mode)


def _rehearse(stage: Stage) -> None:
    """Every kind of subject under many faults, without a death."""
    with tempfile.TemporaryDirectory() as folder:
        place, copy = Place(), staged(stage, folder, stage.mode)
        for schedule in islice(schedules(seed=0), _LIVES):
            live(copy, place, iter([schedule]), last=True, say=lambda said: None)
