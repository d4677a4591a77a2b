"""A process that appends to a log and says on its output what was acknowledged, one write each; `tracing` watches it.

`python -m tests.crash.powercut.appending FOLDER --appends N`: the folder is opened three times by new processes: one that
writes alone and closes; one with several callers that stops dead, so that the next finds its files as they were; two at once.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from tests.registry.log.opened import Opened, introduce, once, opened

CHAPTERS: Final = 3
DATA: Final = "data"
"""The log's own folder, which the first process makes under the one that is watched."""
EVERY: Final = 4
"""Each so many-th call appends two events, and either both or none of them may be found."""


@dataclass(frozen=True)
class Session:
    """One process: who calls in it, how often in all, and how it ends."""

    name: str
    callers: int
    appends: int
    stops_dead: bool = False


def sessions(appends: int) -> list[list[Session]]:
    """Chapter after chapter; the processes of one run at once."""
    each = appends // CHAPTERS
    last = appends - each * (CHAPTERS - 1)
    return [
        [Session("alone", callers=1, appends=each)],
        [Session("several", callers=4, appends=each, stops_dead=True)],
        [
            Session("first", callers=1, appends=last - last // 2),
            Session("second", callers=3, appends=last // 2),
        ],
    ]


def append(log: Opened, key: str, number: int) -> None:
    """One call, and the word that it is acknowledged."""
    names = [f"{key} {number}"] if number % EVERY else [f"{key} {number}", f"{key} {number} too"]
    handled = log.handle(
        *(introduce(name=name) for name in names), idempotency=once(f"{key}-{number}", "body")
    )
    events = [
        (recorded.position, recorded.leaf_hash.hex(), recorded.stream, name)
        for recorded, name in zip(handled.recorded, names, strict=True)
    ]
    say({"events": events, "key": f"{key}-{number}"})


def say(promise: dict[str, Any]) -> None:
    """One write, so that the trace has it whole and in its place."""
    os.write(1, json.dumps({"promise": promise}).encode() + b"\n")


def run(folder: Path, session: Session, pragmas: list[str]) -> None:
    with opened(folder / DATA, copied=False) as log:
        _set(log, pragmas)
        numbers, lock = count(), threading.Lock()

        def call() -> None:
            while True:
                with lock:
                    number = next(numbers)
                if number >= session.appends:
                    return
                append(log, session.name, number)

        callers = [threading.Thread(target=call) for _ in range(session.callers)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        if session.stops_dead:
            os._exit(0)


def _set(log: Opened, pragmas: list[str]) -> None:
    """Other pragmas than the product's, on the connections there are and on all to come; none is closed for it."""

    @event.listens_for(log.database.engine, "checkout")
    def change(connection: Any, _record: Any, _proxy: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--appends", type=int, required=True)
    parser.add_argument("--pragma", action="append", default=[])
    given = parser.parse_args()
    for chapter in sessions(given.appends):
        children = [_forked(given.folder, session, given.pragma) for session in chapter]
        for child in children:
            ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert ended == 0, f"a process that appends ended with {ended}"


def _forked(folder: Path, session: Session, pragmas: list[str]) -> int:
    """A process of its own; the one that forks it owns no thread and no database."""
    child = os.fork()
    if not child:
        status = 1
        try:
            run(folder, session, pragmas)
            status = 0
        finally:
            os._exit(status)
    return child


if __name__ == "__main__":
    main()
