"""A process that exports or imports and is killed (SIGKILL) at a point that is told; one is forked for every try.

A point lies before and after everything that becomes durable: files, folders, commands, adopted rows, keys, blobs, the last step.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from registry.archive import sealed
from registry.archive.exporting import export_studio
from registry.archive.house import House
from registry.archive.importing import import_studio
from registry.blobs.disk import DiskBlobs
from registry.log.moving import Moves
from registry.registry import Registry
from tests.registry.archive.houses import installation, order, source
from tests.registry.log.opened import STUDIO

FURTHEST = 12
"""How many points a try comes on at most before it is killed."""

_POINTS = (
    *((Moves, name) for name in ("adopt", "close", "keep_answers")),
    *((Registry, "handle"), (House, "add_keys"), (DiskBlobs, "put")),
)


def one_try(what: str, place: Path, points: int) -> None:
    """Go on with the export or the import; die at that point."""
    left = [points]

    def point() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            point()
            result = function(*arguments, **named)
            point()
            return result

        return call

    os.fsync = watched(os.fsync)
    os.rename = watched(os.rename)
    for owner, name in _POINTS:
        setattr(owner, name, watched(getattr(owner, name)))
    sealed._COST["n"] = 2**10
    with installation(place / ("old" if what == "export" else "new")) as there:
        if what == "export":
            export_studio(there.house(), STUDIO, order(place))
        else:
            import_studio(there.house(), source(place))


def killed(what: str, place: Path, points: int) -> bool:
    """One try in a process of its own; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            one_try(what, place, points)
        except BaseException:  # noqa: BLE001 - the child ends here, whatever it was
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    if os.WEXITSTATUS(status):
        raise RuntimeError(f"the {what} failed")
    return False


def main(what: str, place: str, seed: str, most: str) -> None:
    """Let it be killed, up to so many times, and finish; it is said how often it was."""
    chance, kills = random.Random(int(seed)), 0
    while kills < int(most) and killed(what, Path(place), chance.randint(1, FURTHEST)):
        kills += 1
    if kills == int(most):
        killed(what, Path(place), 10**9)
    sys.stdout.write(str(kills))
