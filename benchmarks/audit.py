"""How fast a log is verified, and how long a proof takes, beside what no verifier can undercut: SHA-256 over the same bytes.

The rows are written directly, as a studio would have them: seven hundred streams that take turns, bodies of 400 bytes.

- verify: the stand-alone verifier over the database file: rows read, every leaf made anew from all columns, the order and
  the versions checked, the tree grown and held against a checkpoint
- walk: the same over rows that are in memory already
- sha256: one SHA-256 over each event's bytes, and one over each pair of hashes of the tree; nothing else
- proofs: inclusion and consistency at random places, from the kept nodes, on a connection of the pool

    python -m benchmarks.audit [--events 100000] [--proofs 200] [--rounds 3] [--json]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.driver import Driver, driver
from benchmarks.grounds import grounds, new_id
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, percentile, ratio, seconds_of
from registry.checkpoints.trees import Trees
from registry.log.engine.database import Database
from registry.log.nodes import Nodes
from registry.proof.leaf import leaf_of
from registry.proof.note import Checkpoint
from registry.proof.sources.source import as_bytes
from registry.proof.sources.sqlite_file import SqliteFile
from registry.proof.walk import Walk

AIM = 100_000.0
"""Events a second and core, at least."""
AIM_MS = 10.0
"""The most that 99 of 100 proofs may take."""
ABOUT = """Events a second of one core (CPU time of the process), of a log of {events:,}; and milliseconds for one proof, 50
and 99 of 100 below. `verify` reads an SQLite file and checks everything; `walk` has the rows in memory; `sha256` hashes the
same bytes and the pairs of the tree and checks nothing, so nobody can be faster in one process."""
_STREAMS, _BODY = 700, 400
Row = tuple[Any, ...]


def main() -> None:
    options = _options()
    (ground,) = (one for one in grounds(("sqlite",)))
    url, studio = ground.fresh(), new_id("studio")
    with closing(ground.migrated(url)) as database, closing(driver(url)) as raw:
        say(f"{options.events:,} events")
        write(raw, studio, options.events)
        trees = Trees(Nodes(database, _apart(database)))
        trees.grow(studio, options.events)
        held = Checkpoint(f"here/{studio}", options.events, trees.root(studio, options.events))
        speeds = _speeds(Path(url.removeprefix("sqlite:///")), held, options.rounds)
        taken = _proofs(trees, studio, options.events, options.proofs)
    _tell(options, speeds, taken)


def _tell(options: argparse.Namespace, speeds: dict[str, list[float]], taken: dict[str, list[float]]) -> None:
    figures = [Figure("SQLite", way, "events/s", Spread.of(found)) for way, found in speeds.items()]
    compared = [
        Compared("SQLite", "verify", Spread.of(speeds["verify"]), "events/s", aim=AIM),
        Compared("SQLite", "verify / sha256", ratio(speeds["verify"], speeds["sha256"])),
    ]
    for what, seconds in taken.items():
        p50, p99 = (1_000 * percentile(seconds, percent) for percent in (50, 99))
        figures.append(Figure(what, "p50", "ms", Spread(p50, p50, p50)))
        compared.append(Compared(what, "p99", Spread(p99, p99, p99), "ms", aim=AIM_MS, most=True))
    about = ABOUT.format(events=options.events)
    publish(Report("Verifying a log", about, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--proofs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def write(raw: Driver, studio: str, events: int) -> None:
    """The log's rows and its head."""
    raw.load("events", rows(studio, events))
    raw.load("heads", [(studio, events, 1_795_370_400_000_000 + events, "")])


def rows(studio: str, events: int) -> Iterator[Row]:
    """In the order of the columns, with their hashes."""
    body = b'{"words":"' + b"x" * (_BODY - 12) + b'"}'
    for position in range(1, events + 1):
        number = position - 1
        row = (
            *(studio, position, f"event_{position:026d}", f"scene_{number % _STREAMS:026d}"),
            *(number // _STREAMS + 1, "SceneDescribed", 1, 1_795_370_400_000_000 + position),
            *(
                "key_00000000000000000000000001",
                f"request_{position:026d}",
                "",
                f"request_{position:026d}",
                body,
            ),
        )
        yield (*row, leaf_of(as_bytes(row)))


def _speeds(file: Path, held: Checkpoint, rounds: int) -> dict[str, list[float]]:
    with closing(SqliteFile(file)) as source:
        kept = [row for batch in source.rows() for row in batch]
    pieces = [b"".join(one if isinstance(one, bytes) else b"12345678" for one in row[:-1]) for row in kept]

    def verified() -> None:
        with closing(SqliteFile(file)) as source:
            _walked(source.rows(), held)

    def hashed() -> None:
        for piece in pieces:
            sha256(piece).digest()
        for _ in pieces:
            sha256(b"\x01" + bytes(64)).digest()

    ways: dict[str, Callable[[], None]] = {
        "verify": verified,
        "walk": lambda: _walked(iter([kept]), held),
        "sha256": hashed,
    }
    timed = {name: _a_second(way, held.size) for name, way in ways.items()}
    return alternate(timed, rounds)


def _walked(batches: Iterator[Any], held: Checkpoint) -> None:
    walk = Walk(held.log, [held])
    for batch in batches:
        walk.take(batch)
    report = walk.end()
    if report.findings or report.proven != held.size:
        raise RuntimeError(f"the log is not what it was written as: {report.findings[:1]}")


def _a_second(way: Callable[[], None], events: int) -> Callable[[], float]:
    def once() -> float:
        began = time.process_time()
        way()
        return events / (time.process_time() - began)

    return once


def _proofs(trees: Trees, studio: str, events: int, many: int) -> dict[str, list[float]]:
    random = Random(events)

    def inclusion() -> None:
        trees.inclusion(studio, random.randint(1, events), events)

    def consistency() -> None:
        trees.consistency(studio, random.randint(1, events), events)

    return {
        "inclusion proof": seconds_of(inclusion, many),
        "consistency proof": seconds_of(consistency, many),
    }


def _apart(database: Database) -> Callable[[Callable[[Any], Any]], Any]:
    def run(work: Callable[[Any], Any]) -> Any:
        with database.turn(), database.writing() as connection:
            return work(connection)

    return run


if __name__ == "__main__":
    main()
