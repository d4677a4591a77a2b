"""Appending: commands and their events, durable, by 1, 8 and 32 callers in threads, each on a stream of its own.

- handle: `Registry.handle` with DescribeAsset, all views projected in the same transaction
- handle + answer: the same under idempotency keys, whose answers are read from the view and kept in the same transaction
- new streams: `Registry.handle` with IntroduceCharacter; every one makes a data key, which is durable before its event
- bare log: the same log without any view
- recorder: `eventsourcing`'s recorder, given stored events ready made; `application`: an aggregate's changes, one save
- driver: the raw driver, rows of our shape and a commit for each command; no order, no lock, no decision

python -m benchmarks.append [--seconds 0.3] [--rounds 3] [--callers 1 8 32] [--events 1 10] [--engine postgresql]
[--json]
"""

from __future__ import annotations

import argparse
import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Connection, select

from benchmarks.driver import Driver, driver
from benchmarks.grounds import CONTEXT, ENGINES, Ground, asset, grounds, new_id, now
from benchmarks.peer import Peer, text_for
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Pace, Spread, alternate, paced, ratio
from registry.deciders.asset import DescribeAsset
from registry.deciders.character import IntroduceCharacter
from registry.deciders.kinds import DECIDERS
from registry.log.log import Log, Parts
from registry.log.roles import Handle
from registry.log.tables import EVENTS
from registry.privacy.sealing import Sealer
from registry.proof.leaf import leaf_hash
from registry.registry import Idempotency, Registry
from registry.views import assets

AIMS = {"postgresql": {1: 1.0, 8: 1.6, 32: 5.0}, "sqlite": {1: 0.7, 8: 1.3, 32: 2.0}}
"""Times `eventsourcing`'s recorder, by callers, with all views inline."""
ABOUT = """Events a second, appended and durable, by callers in threads of one process; each caller writes to a stream of its
own. `handle` decides, seals, hashes and projects every view in the transaction; `bare log` is the same log without
views. The peer is `eventsourcing` 9.5 with its default settings on the same server or disk, given events of the same
size: `recorder` stores events that are ready made, `application` makes and saves them. `driver` inserts rows of our
shape and commits, once for each command, with no order promised to readers. Both sides of SQLite commit with WAL and
synchronous=FULL. Aims are against `recorder`."""
OURS, PEER = "handle", "recorder"
Call = Callable[[], object]
Makes = Callable[[], Call]


def main() -> None:
    options = _options()
    figures: list[Figure] = []
    compared: list[Compared] = []
    for ground in grounds(tuple(options.engine or ENGINES)):
        with _ways(ground) as ways:
            for events in options.events:
                for callers in options.callers:
                    case = f"{ground.name}, {_counted(callers, 'caller')}, {_counted(events, 'event')}"
                    say(case)
                    found = _measured(ways(events), callers, options)
                    figures += _figures(case, found, events)
                    compared += _compared(case, found, ground.dialect, callers)
    report = Report("Append", ABOUT, tuple(figures), tuple(compared))
    publish(report, as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=0.3, help="how long each way runs in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--events", type=int, nargs="+", default=[1, 10], help="events of one command")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one (repeatable)")
    return parser.parse_args()


def _measured(ways: dict[str, Makes], callers: int, options: argparse.Namespace) -> dict[str, list[Pace]]:
    """What each way came to in each round. Every caller has been there once before."""
    jobs = {name: [make() for _ in range(callers)] for name, make in ways.items()}
    for some in jobs.values():
        for job in some:
            job()
    turns = {name: _turn(some, options.seconds) for name, some in jobs.items()}
    return alternate(turns, options.rounds)


def _turn(jobs: Sequence[Call], seconds: float) -> Callable[[], Pace]:
    return lambda: paced(jobs, seconds)


def _figures(case: str, found: dict[str, list[Pace]], events: int) -> Iterator[Figure]:
    for way, paces in found.items():
        yield Figure(case, way, "events/s", Spread.of([events * one.per_second for one in paces]))
        yield Figure(
            case, way, "µs of this process's CPU a command", Spread.of([1e6 * one.cpu for one in paces])
        )


def _compared(case: str, found: dict[str, list[Pace]], dialect: str, callers: int) -> Iterator[Compared]:
    speeds = {way: [one.per_second for one in paces] for way, paces in found.items()}
    aim = AIMS[dialect].get(callers)
    yield Compared(case, f"{OURS} / {PEER}", ratio(speeds[OURS], speeds[PEER]), aim=aim)
    for way, peer in ((OURS, "application"), ("bare log", PEER), (OURS, "bare log"), (OURS, "driver")):
        yield Compared(case, f"{way} / {peer}", ratio(speeds[way], speeds[peer]))


@contextmanager
def _ways(ground: Ground) -> Iterator[Callable[[int], dict[str, Makes]]]:
    """Every way on a database of its own; callers are made for so many events a command."""
    with ground.registry() as registry:
        studio, keys = new_id("studio"), ground.keys()
        log = Log(
            ground.migrated(), Parts(DECIDERS, (), Sealer(keys, secrets.token_bytes), leaf_hash, now, new_id)
        )
        body = _body(registry, studio)
        peer, raw = Peer(ground.fresh()), driver(ground.fresh())

        def ways(events: int) -> dict[str, Makes]:
            alone = {
                "handle + answer": lambda: _answered(registry, studio),
                "new streams": lambda: _introducing(registry, studio),
            }
            return {
                OURS: lambda: _describing(registry, studio, events),
                PEER: lambda: peer.recording(events, body),
                **(alone if events == 1 else {}),
                "bare log": lambda: _bare(log, studio, events),
                "application": lambda: peer.saving(events, text_for(body)),
                "driver": lambda: raw.inserting(events, body),
            }

        yield ways
        _close(log, peer, raw)


def _close(log: Log, peer: Peer, raw: Driver) -> None:
    for one in (log, peer, raw):
        one.close()


def _describe(stream: str, takes: Iterator[int], events: int) -> tuple[DescribeAsset, ...]:
    words = "The window seat, seen from the door."
    return tuple(
        DescribeAsset(stream=stream, label=f"take {next(takes)}", description=words) for _ in range(events)
    )


def _body(registry: Registry, studio: str) -> bytes:
    """The bytes of one event as they are stored, for the peers to store as many."""
    _describing(registry, studio, 1)()
    query = select(EVENTS.c.body).where(EVENTS.c.log == studio).order_by(EVENTS.c.position.desc())
    with registry.reading(studio) as connection:
        body: bytes = connection.execute(query.limit(1)).scalar_one()
    return bytes(body)


def _describing(registry: Registry, studio: str, events: int) -> Call:
    stream, takes = new_id("asset"), count(1)
    registry.handle(studio, [asset(stream)], context=CONTEXT)
    return lambda: registry.handle(studio, _describe(stream, takes, events), context=CONTEXT)


def _answered(registry: Registry, studio: str) -> Call:
    stream, takes = new_id("asset"), count(1)
    registry.handle(studio, [asset(stream)], context=CONTEXT)

    def reply(connection: Connection) -> bytes:
        return assets.asset(connection, studio, stream).model_dump_json().encode()

    def call() -> None:
        (command,) = _describe(stream, takes, 1)
        key = secrets.token_hex(16)
        wanted = Idempotency(key, hashlib.sha256(key.encode()).hexdigest(), reply)
        registry.handle(studio, [command], context=CONTEXT, idempotency=wanted)

    return call


def _introducing(registry: Registry, studio: str) -> Call:
    def call() -> None:
        command = IntroduceCharacter(stream=new_id("character"), name="Mina", depicts="fictional")
        registry.handle(studio, [command], context=CONTEXT)

    return call


def _bare(log: Log, studio: str, events: int) -> Call:
    stream, takes = new_id("asset"), count(1)
    log.handle(Handle(studio, (asset(stream),), CONTEXT))
    return lambda: log.handle(Handle(studio, _describe(stream, takes, events), CONTEXT))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


if __name__ == "__main__":
    main()
