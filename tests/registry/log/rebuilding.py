"""A process that rebuilds the views, in small steps, until it ends itself at a named moment as SIGKILL would."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from registry.log.rebuild import comparing, rebuild
from registry.log.rebuild.scratch import Scratch
from registry.registry import Registry
from tests.registry.log.opened import opened

AFTER: Final[dict[str, tuple[Any, str]]] = {
    "rows were deleted": (rebuild, "make_alike"),
    "it was noted": (Scratch, "note"),
    "it was replaced": (rebuild.Rebuild, "_settle"),
    "it was certified": (Registry, "handle"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(owner: Any, name: str) -> None:
    """The function does what it does, and nothing comes after it."""
    done: Callable[..., Any] = getattr(owner, name)

    @wraps(done)
    def last(*arguments: Any, **named: Any) -> None:
        done(*arguments, **named)
        die()

    setattr(owner, name, last)


def main(folder: str, why: str, moment: str = "", count: str = "0") -> None:
    """The moment is `events` or `rows` (the COUNT-th step of them), or a name of `AFTER`; without one it goes on to its end.

    `ready` is said when everything is open.
    """
    seen: Counter[str] = Counter()

    def progress(what: str, _done: int, _all: int) -> None:
        seen[what] += 1
        if what == moment and seen[what] == int(count):
            die()

    vars(rebuild)["BATCH"], vars(comparing)["PAGE"] = 7, 3
    with opened(Path(folder)) as log:
        if moment in AFTER:
            die_after(*AFTER[moment])
        print("ready", flush=True)  # noqa: T201 - what is waited for
        log.registry.rebuild(progress, replace=why)
