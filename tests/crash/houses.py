"""Whole houses killed: service, worker and what holds them together die at once, at random moments, and are started again.

The provider is another process.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.crash.ordeal import Tally
from tests.crash.street import SETTLING, Client, Street, built, everybody_is_gone, judge, settle
from tests.servers.programs import HOUSE, Program, start
from tests.servers.sandbox import free_port, sandbox

AT_WORK: Final = 1.0
"""A house that answers is killed within so many seconds."""
STILL_STARTING: Final = 0.25
"""The share of houses that are killed before they answer."""
UNTIL_IT_ANSWERS: Final = 0.4
"""About as many seconds pass from a start to the first answer: one that is still starting is killed within them."""
STARTING: Final = 60.0


def houses(kills: int, *, seed: int) -> Tally:
    """So many houses killed; then one that is left alone until all is settled; then the books are compared."""
    chance, tally, over = random.Random(seed), Tally(), threading.Event()
    flags = ("--submitted-seconds", "0.1", "--processing-seconds", "0.2", "--one-film")
    with tempfile.TemporaryDirectory() as folder, sandbox(*flags) as provider:
        street = built(Path(folder), provider, {"CONTINUITY_DATA": folder}, (free_port(),))
        client = Client(street, lambda: not over.wait(0.2))
        asking = threading.Thread(target=client.run, daemon=True)
        asking.start()
        while tally.kills < kills:
            _lives_and_dies(street, chance)
            tally.kills += 1
        with _house(street) as process:
            _answers(street, process)
            over.set()
            asking.join(SETTLING)
            settle(street)
        judge(street, [client], provider.ledger(), tally)
    return tally


@contextmanager
def _house(street: Street) -> Iterator[Program]:
    """`continuity serve --with-worker` in a process group of its own; the whole group is killed when the context ends."""
    (street.folder / "port").unlink(missing_ok=True)
    flags = ("--port", str(street.ports[0]), "--port-file", str(street.folder / "port"))
    with (street.folder / "said").open("ab") as said:
        process = start(
            HOUSE, "serve", "--with-worker", *flags, environment=street.environment, said=said, session=True
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        everybody_is_gone(process.pid)


def _lives_and_dies(street: Street, chance: random.Random) -> None:
    with _house(street) as process:
        if chance.random() < STILL_STARTING:
            time.sleep(chance.uniform(0, UNTIL_IT_ANSWERS))
            return
        _answers(street, process)
        time.sleep(chance.uniform(0, AT_WORK))


def _answers(street: Street, process: Program) -> None:
    end = time.monotonic() + STARTING
    while not (street.folder / "port").exists():
        assert process.poll() is None, (street.folder / "said").read_text()[-3000:]
        assert time.monotonic() < end, "the house does not answer"
        time.sleep(0.02)
