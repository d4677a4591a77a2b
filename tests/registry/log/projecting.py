"""A process that writes to a log and ends itself, as SIGKILL would, at a moment of the transaction that fills its views."""

from __future__ import annotations

import os
import signal
from itertools import count
from pathlib import Path
from typing import Any, Final

from registry.log.batch import Batch
from registry.log.engine.quick import Quick
from tests.registry.log.opened import opened
from tests.registry.log.writing import together

HOWS: Final = ("before", "sent", "arrived")
"""Before the statement; once it is on its way; once the database has carried it out, and all before it."""


def main(folder: str, word: str, stream: str, moment: str, how: str) -> None:
    """Write as `writing` does, without an end. Statements are counted from the first insert of events on, each batch's up to its
    last one before the commit; `moment` is the number of the one at which the process dies.
    """
    with opened(Path(folder)) as log:
        _die(int(moment), how)
        together(log, word, limit=10**9, stream=stream)


def _die(moment: int, how: str) -> None:
    write, execute = Batch.write, Quick.execute
    numbers, within = count(1), set[int]()

    def writing(batch: Batch, *given: Any) -> None:
        within.add(id(batch.quick))
        write(batch, *given)
        within.discard(id(batch.quick))

    def executing(quick: Quick, *given: Any) -> Any:
        last = id(quick) in within and next(numbers) == moment
        if last and how == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = execute(quick, *given)
        if last:
            if how == "arrived":
                quick.arrive()
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    Batch.write, Quick.execute = writing, executing  # type: ignore[method-assign]
