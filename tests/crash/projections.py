"""Writers that are killed while they fill the views: what they acknowledged stands, and the live views equal a rebuild.

Each writer has four threads that meet on one stream, and dies at a random statement of a transaction, between the insert of its
events and its commit (`tests.registry.log.projecting`).
"""

from __future__ import annotations

import random
import signal
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from registry.events.envelope import Recorded
from registry.log.engine.migrate import migrate
from tests.crash.ordeal import ENOUGH, Tally
from tests.registry.log.opened import STUDIO, Opened, new_id, opened, register
from tests.registry.log.projecting import HOWS, main
from tests.servers.engines import ENGINES
from tests.servers.forking import forked
from tests.servers.homes import database_of, settle
from tests.servers.postgres import PostgresServer, postgres_server

CHAPTER: Final = 25
"""Kills of one log; then a new one begins, so that a rebuild stays short."""
MOMENTS: Final = 150
"""Statements among which the last one is drawn: some ten batches of the four threads."""


def projections(times: int, *, seed: int) -> Tally:
    """So many kills on each engine."""
    chance, tally = random.Random(seed), Tally()
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server())
        for engine in ENGINES:
            done = 0
            while done < times and tally.bad < ENOUGH:
                some = min(CHAPTER, times - done)
                with tempfile.TemporaryDirectory() as folder:
                    killed(_home(Path(folder), engine, server), some, chance, tally)
                done += some
    tally.said.append(f"kinds of death: {', '.join(sorted(tally.died))}")
    return tally


def _home(folder: Path, engine: str, server: PostgresServer) -> Path:
    if engine == "postgresql":
        settle(folder, server.database())
        database = database_of(folder)
        migrate(database)
        database.close()
    return folder


def killed(home: Path, times: int, chance: random.Random, tally: Tally) -> None:
    """So many writers, one after the other, die on the log of `home`; each death is judged at once."""
    stream, told = new_id("asset"), list[str]()
    with opened(home) as log:
        log.handle(register(stream))
        engine = log.database.dialect
    for number in range(times):
        moment, how = chance.randint(1, MOMENTS), chance.choice(HOWS)
        with forked(main, str(home), f"w{number}", stream, str(moment), how) as process:
            lines = process.said().splitlines(keepends=True)
            ended = process.wait()
        told += [event for line in lines if line.endswith("\n") for event in line.split()]
        tally.kills += ended == -signal.SIGKILL
        tally.died.add(f"{engine} {how}")
        with opened(home) as log:
            _judge(log, told, tally, f"{engine}, death {number} {how} statement {moment} ({ended})")
    tally.settled += len(told) // 3


def _judge(log: Opened, told: list[str], tally: Tally, where: str) -> None:
    """`lost` counts acknowledged events that are not there, `double` those that are there twice, `stuck` torn calls."""
    kept = Counter(event.event_id for event in _every(log))
    different = log.registry.rebuild().different
    lost, double = sum(event not in kept for event in told), sum(times > 1 for times in kept.values())
    torn = (len(kept) - 1) % 3
    tally.lost += lost
    tally.double += double
    tally.stuck += bool(torn)
    tally.wrong += bool(different)
    if lost or double or torn or different:
        tally.said.append(f"{where}: lost={lost} double={double} torn={torn} different={different}")


def _every(log: Opened) -> list[Recorded]:
    """Each page checks that it has no holes."""
    events: list[Recorded] = []
    while page := log.registry.feed.after(STUDIO, len(events), limit=5_000):
        events += page
    return events
