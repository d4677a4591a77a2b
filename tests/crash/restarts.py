"""The database server crashes again and again while two processes of eight threads append; what they were told is compared."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from registry.events.character import CharacterIntroduced
from registry.events.envelope import Recorded
from tests.crash.ordeal import Tally
from tests.registry.log.opened import STUDIO, Opened, opened
from tests.servers.homes import settle
from tests.servers.postgres import postgres_server
from tests.servers.sandbox import ROOT

CRASHES: Final = (signal.SIGQUIT, signal.SIGKILL)
"""`pg_ctl stop -m immediate`, and the death of the server's first process."""
LEAST: Final = 10
"""Calls that are answered between two crashes: each meets a log under load."""
PATIENCE: Final = 120.0


class Told:
    """What one writing process was told, line by line, as it comes."""

    def __init__(self, lines: IO[str]) -> None:
        self.made: dict[str, list[str]] = {}
        self.left: set[str] = set()
        self.wrong: list[str] = []
        self.busy = 0
        self._thread = threading.Thread(target=self._hear, args=(lines,), daemon=True)
        self._thread.start()

    def _hear(self, lines: IO[str]) -> None:
        for line in lines:
            match line.split():
                case ["made", key, *ids]:
                    self.made[key] = ids
                case ["left", key]:
                    self.left.add(key)
                case ["busy", _]:
                    self.busy += 1
                case _:
                    self.wrong.append(line)

    def to_the_end(self) -> None:
        self._thread.join(PATIENCE)


def restarts(times: int, *, seed: int) -> Tally:
    """So many crashes of a server that keeps fsync on."""
    chance, tally = random.Random(seed), Tally()
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server(durable=True))
        home = settle(Path(stack.enter_context(tempfile.TemporaryDirectory())), server.database())
        with opened(home):
            pass
        with _writing(home, "one") as one, _writing(home, "two") as two:
            while tally.kills < times:
                _answered(one, two)
                time.sleep(chance.uniform(0, 0.3))
                server.crash(CRASHES[tally.kills % 2])
                tally.kills += 1
            _answered(one, two)
        with opened(home) as log:
            _compare(log, [one, two], tally)
    return tally


@contextmanager
def _writing(home: Path, word: str) -> Iterator[Told]:
    """A writing process; at the end it finishes what it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.registry.log.enduring", str(home), word],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = Told(process.stdout)
        try:
            yield told
            process.stdin.close()
            told.to_the_end()
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()


def _answered(*processes: Told) -> None:
    """Each has been answered some more calls."""
    before, end = [len(told.made) for told in processes], time.monotonic() + PATIENCE
    while any(len(told.made) < had + LEAST for told, had in zip(processes, before, strict=True)):
        assert time.monotonic() < end, [(len(told.made), told.busy, told.wrong[:3]) for told in processes]
        time.sleep(0.01)


def _compare(log: Opened, processes: list[Told], tally: Tally) -> None:
    """`lost` counts acknowledged calls that are not there, `double` those that happened twice, `wrong` all other lies."""
    events = list(_every(log))
    happened = Counter(event.event.name for event in events if isinstance(event.event, CharacterIntroduced))
    ids = {event.event_id for event in events}
    for told in processes:
        tally.lost += sum(not happened[key] or not ids.issuperset(said) for key, said in told.made.items())
        tally.said += told.wrong + [
            f"{key} was told not to have landed" for key in told.left if happened[key]
        ]
    tally.double = sum(count > 1 for count in happened.values())
    tally.stuck = len(events) - 2 * sum(happened.values())
    tally.wrong = len(tally.said) + len(log.registry.rebuild().different)
    tally.settled = len(happened)
    left, busy = sum(len(told.left) for told in processes), sum(told.busy for told in processes)
    tally.said.append(f"events={len(events)} busy={busy} left={left}")


def _every(log: Opened) -> Iterator[Recorded]:
    """Every event, page by page; each page checks that it has no holes."""
    position = 0
    while page := log.registry.feed.after(STUDIO, position, limit=5_000):
        yield from page
        position = page[-1].position
