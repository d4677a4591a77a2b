"""Reading back: one stream folded to its state, and the whole log read in pages.

- replay: `Registry.state`, straight from the log, against the peer's `repository.get`; once for events whose words
  are sealed (assets described), once for events with nothing to open (references assigned and withdrawn)
- feed: `Feed.after` in pages of events that are opened and parsed, against the peer's notification log, decoded and
  as it lies
- driver: the same rows by the raw driver, nothing parsed

python -m benchmarks.replay [--stream 1000] [--log 5000] [--page 100] [--seconds 0.5] [--rounds 5] [--engine sqlite]
[--json]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import select

from benchmarks.driver import driver
from benchmarks.grounds import CONTEXT, ENGINES, Ground, asset, grounds, new_id
from benchmarks.peer import Peer, text_for
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, pace, ratio
from registry.deciders.asset import DescribeAsset
from registry.deciders.character import AssignReference, IntroduceCharacter, WithdrawReference
from registry.deciders.command import Command
from registry.log.tables import EVENTS
from registry.registry import Registry

REPLAY_AIM, FEED_AIM = 4.0, 2.0
"""Times `eventsourcing`, which reads its events back into objects too."""
ABOUT = """Events a second by one caller. `replay` folds one stream from the log to its state, against `eventsourcing`'s
`repository.get` (no snapshots, no cache, as is its default); `feed` reads every event in pages, against its
notification log, `decoded` to domain events as ours are, and `stored` as the rows lie. Sealed events hold words under
a data key, which are decrypted as they are read; the peer seals nothing. `driver` fetches the same rows and parses
none."""
_WORDS = "The window seat, seen from the door."
_STREAM = "SELECT * FROM events WHERE log = ? AND stream = ? ORDER BY version"
_AFTER = "SELECT * FROM events WHERE log = ? AND position > ? ORDER BY position LIMIT ?"
_A_COMMAND = 100
Ways = dict[str, Callable[[], object]]


@dataclass(frozen=True)
class Streams:
    """A filled log: two streams of the same length, one sealed and one plain, and how many events there are in all."""

    studio: str
    sealed: str
    plain: str
    events: int


def main() -> None:
    options = _options()
    figures: list[Figure] = []
    compared: list[Compared] = []
    for ground in grounds(tuple(options.engine or ENGINES)):
        for case, events, ways, aims in _cases(ground, options):
            say(f"{ground.name}, {case}")
            found = _measured(ways, events, options)
            figures += [
                Figure(f"{ground.name}, {case}", way, "events/s", Spread.of(speeds))
                for way, speeds in found.items()
            ]
            compared += _compared(f"{ground.name}, {case}", found, aims)
    publish(Report("Replay and feed", ABOUT, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--stream", type=int, default=1_000, help="events of the stream that is folded")
    parser.add_argument("--log", type=int, default=5_000, help="events of the log, at least twice the stream")
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=0.5, help="how long each way runs in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one (repeatable)")
    return parser.parse_args()


def _cases(
    ground: Ground, options: argparse.Namespace
) -> Iterator[tuple[str, int, Ways, dict[str, float | None]]]:
    """Case by case: its name, how many events a run reads, its ways, and the aims against each peer."""
    url = ground.fresh()
    with ground.registry(url) as registry, closing(driver(url)) as raw:
        log = _filled(registry, options.stream, options.log)
        with closing(Peer(ground.fresh())) as peer:
            text = text_for(_body(registry, log))
            stream = peer.filled(options.stream, text)
            for case, name in (("replay, sealed", log.sealed), ("replay, plain", log.plain)):
                ways: Ways = {
                    "ours": lambda name=name: registry.state(log.studio, name),  # type: ignore[misc]
                    "eventsourcing": lambda: peer.replay(stream),
                    "driver": lambda name=name: raw.rows(_STREAM, (log.studio, name)),  # type: ignore[misc]
                }
                yield (
                    f"{case}, {options.stream:,} events",
                    options.stream,
                    ways,
                    {"eventsourcing": REPLAY_AIM},
                )
            while (read := peer.feed(page=1_000, decoded=False)) < log.events:
                peer.filled(min(options.stream, log.events - read), text)
            yield (
                f"feed, {log.events:,} events by {options.page}",
                log.events,
                {
                    "ours": lambda: _read(registry, log, options.page),
                    "eventsourcing": lambda: peer.feed(page=options.page, decoded=True),
                    "eventsourcing, stored": lambda: peer.feed(page=options.page, decoded=False),
                    "driver": lambda: _fetched(raw.rows, log, options.page),
                },
                {"eventsourcing": FEED_AIM, "eventsourcing, stored": None},
            )


def _measured(ways: Ways, events: int, options: argparse.Namespace) -> dict[str, list[float]]:
    def turn(job: Callable[[], object]) -> Callable[[], float]:
        return lambda: events * pace(job, options.seconds).per_second

    return alternate({way: turn(job) for way, job in ways.items()}, options.rounds)


def _compared(case: str, found: dict[str, list[float]], aims: dict[str, float | None]) -> Iterator[Compared]:
    for way, aim in {**aims, "driver": None}.items():
        yield Compared(case, f"ours / {way}", ratio(found["ours"], found[way]), aim=aim)


def _filled(registry: Registry, stream: int, events: int) -> Streams:
    """Two streams of the length that is folded; the rest of the log are other assets of the same kind."""
    studio, frontal, character = new_id("studio"), new_id("asset"), new_id("character")
    registry.handle(studio, [asset(frontal)], context=CONTEXT)
    first = IntroduceCharacter(stream=character, name="Mina", depicts="fictional")
    _append(registry, studio, [first, *_assigned(character, frontal, stream - 1)])
    sealed = new_id("asset")
    _append(registry, studio, _described(sealed, stream))
    while (left := events - registry.feed.head(studio)) > 0:
        _append(registry, studio, _described(new_id("asset"), min(left, stream)))
    return Streams(studio, sealed, character, registry.feed.head(studio))


def _append(registry: Registry, studio: str, commands: Sequence[Command]) -> None:
    for start in range(0, len(commands), _A_COMMAND):
        registry.handle(studio, commands[start : start + _A_COMMAND], context=CONTEXT)


def _described(stream: str, events: int) -> list[Command]:
    return [
        asset(stream),
        *(DescribeAsset(stream=stream, label=f"take {n}", description=_WORDS) for n in range(1, events)),
    ]


def _assigned(character: str, frontal: str, events: int) -> list[Command]:
    there = AssignReference(stream=character, asset=frontal, role="frontal")
    away = WithdrawReference(stream=character, asset=frontal, role="frontal")
    return [there if number % 2 == 0 else away for number in range(events)]


def _body(registry: Registry, log: Streams) -> bytes:
    query = select(EVENTS.c.body).where(EVENTS.c.log == log.studio, EVENTS.c.stream == log.sealed)
    with registry.reading(log.studio) as connection:
        return bytes(connection.execute(query.order_by(EVENTS.c.version.desc()).limit(1)).scalar_one())


def _read(registry: Registry, log: Streams, page: int) -> int:
    after = 0
    while found := registry.feed.after(log.studio, after, limit=page):
        after = found[-1].position
    return after


def _fetched(rows: Callable[..., list[tuple[object, ...]]], log: Streams, page: int) -> int:
    place = [column.name for column in EVENTS.columns].index("position")
    after = 0
    while found := rows(_AFTER, (log.studio, after, page)):
        after = int(str(found[-1][place]))
    return after


if __name__ == "__main__":
    main()
