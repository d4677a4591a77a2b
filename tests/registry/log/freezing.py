"""A process that stops itself while it holds a lock of the log, as a machine does that hangs; then it goes on where it was."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from registry.log.batch import Batch
from registry.log.engine import postgres
from registry.log.engine.postgres import PostgresDatabase
from tests.registry.log.opened import introduce, opened


def stopping(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, and after its first time the whole process stands still."""
    done: list[bool] = []

    def called(*given: Any) -> Any:
        answer = call(*given)
        if not done:
            done.append(True)
            signal.pthread_kill(
                threading.get_ident(), signal.SIGSTOP
            )  # this thread does not run on a moment longer
        return answer

    return called


def main(folder: str, where: str, idle: str, name: str) -> None:
    """Introduce a character of that name and stop after its events are written and before they are committed (`append`), or
    claim a work and stop once the works' lock is held (`claim`). So many seconds the server bears with a transaction that
    says nothing. What came of it is said.
    """
    postgres._IDLE_SECONDS = postgres._HELD_SECONDS = int(idle)  # type: ignore[misc]
    with opened(Path(folder)) as log:
        if where == "append":
            Batch.write = stopping(Batch.write)  # type: ignore[method-assign]
            print(*(event.event_id for event in log.handle(introduce(name=name)).recorded))  # noqa: T201
        else:
            PostgresDatabase.lock_works = stopping(PostgresDatabase.lock_works)  # type: ignore[method-assign]
            print(log.registry.claim(owner="frozen", lease_us=1))  # noqa: T201
