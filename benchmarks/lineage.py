"""Lineage in a large studio: what a clip was made from, and what was made from a picture, beside a bare recursive query.

The rows of the view are written directly, as a studio would have them: scenes of twenty clips that mostly continue
one another, each clip in its scene, grounded on three pictures and an element, showing two of the studio's people;
pictures are used by about ten clips each, an element depicts a person and stands on an account. Starts are drawn at
random.

- ours: `views.lineage.lineage` on a connection of the pool, ids in and a `Lineage` of parsed edges and things out; the
  first 1,000 edges at most
- bare: one recursive query by hand on the raw driver, ids in, rows with ids out
- then: the same as of half of the log; along one kind: only `continues`
- a lead: descendants of a person who is in many thousands of clips, of which the first 1,000 edges are wanted; the
  worst there is
- a lead, all of it: every edge as it is met, none of them kept

    python -m benchmarks.lineage [--clips 100000] [--starts 100] [--rounds 3] [--engine sqlite] [--json]
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any

from benchmarks.driver import Driver, driver
from benchmarks.grounds import ENGINES, grounds, new_id
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, percentile, ratio, seconds_of
from registry.log.engine.database import Database
from registry.views.lineage import Asked, Walk, lineage

AIM_MS = 5.0
"""The most that 99 of 100 may take, on a million clips."""
ABOUT = """Milliseconds for one question, 50 and 99 of 100 below. `ours` answers parsed edges with ids; `bare` is the same
recursive query by hand on the raw driver, whose rows are left as they are, without the filter where there is one. The
rows are those of {clips:,} clips:
scenes of twenty that mostly continue one another, grounded on three pictures and an element, with two people each. `a
lead` is a person of {lead:,} clips, asked for the first 1,000 edges."""
_BARE = """
WITH RECURSIVE reached(node, depth) AS (
  SELECT node, 0 FROM view_nodes WHERE log = ? AND id = ?
  UNION
  SELECT e.{far}, r.depth + 1 FROM reached r CROSS JOIN view_edges e
  WHERE e.log = ? AND e.{near} = r.node AND r.depth < 20
), steps AS (
  SELECT e.made, e.source, e.kind, e.evidence, e.position, min(r.depth) + 1 AS depth
  FROM reached r CROSS JOIN view_edges e WHERE e.log = ? AND e.{near} = r.node AND r.depth < 20
  GROUP BY e.made, e.source, e.kind, e.evidence, e.position ORDER BY 6, 5 LIMIT 1000
)
SELECT m.id, s.id, steps.* FROM steps CROSS JOIN view_nodes m CROSS JOIN view_nodes s
WHERE m.log = ? AND m.node = steps.made AND s.log = ? AND s.node = steps.source ORDER BY depth, position
"""
"""`CROSS JOIN` is an inner join to PostgreSQL; to SQLite it also says which table comes first, which it guesses badly
without counts."""
_SCENE, _PEOPLE_OF, _PICTURES_OF = 20, 400, 3
Question = Callable[[str], object]


def main() -> None:
    options = _options()
    figures: list[Figure] = []
    compared: list[Compared] = []
    for ground in grounds(tuple(options.engine or ENGINES)):
        say(f"{ground.name}: the rows of {options.clips:,} clips")
        url, studio = ground.fresh(), new_id("studio")
        with closing(ground.migrated(url)) as database, closing(driver(url)) as raw:
            films = Films(studio, options.clips)
            films.write(raw)
            gc.collect()
            gc.freeze()  # as a service does once it has loaded
            for what, asked, starts in films.questions(options.starts):
                case = f"{ground.name}, {what}"
                say(case)
                found = _measured(database, raw, studio, asked, starts, options.rounds)
                figures += _figures(case, found)
                compared += _compared(case, found, limit=None if "lead" in what else AIM_MS)
            case = f"{ground.name}, a lead, all of it"
            say(case)
            compared.append(_streamed(case, database, films, options.rounds))
    about = ABOUT.format(clips=options.clips, lead=Films("", options.clips).lead_clips)
    publish(Report("Lineage", about, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--starts", type=int, default=100, help="questions of each kind in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one (repeatable)")
    return parser.parse_args()


class Films:
    """The rows, by number: people first, then their elements, then scenes and pictures as the clips need them, then clips."""

    def __init__(self, studio: str, clips: int) -> None:
        self.studio, self.clips = studio, clips
        self.people = max(2, clips // _PEOPLE_OF)
        self.scenes, self.pictures = clips // _SCENE + 1, max(3, clips * _PICTURES_OF // 10)
        self.first = {"account": 1, "character": 2}
        self.first["element"] = 2 + self.people
        self.first["scene"] = self.first["element"] + self.people
        self.first["asset"] = self.first["scene"] + self.scenes
        self.first["clip"] = self.first["asset"] + self.pictures
        self.lead_clips = clips // 20

    def id_of(self, kind: str, number: int) -> str:
        return f"{kind}_{self.first[kind] + number:026d}"

    def write(self, raw: Driver) -> None:
        """Nodes and edges in the order of the view's columns, and how far the log has come."""
        raw.load("view_nodes", ((self.studio, *row, None, None) for row in self._nodes()))
        raw.load("view_edges", ((self.studio, *row, None) for row in self._edges()))
        raw.load("heads", [(self.studio, self.head, 0, "")])

    @property
    def head(self) -> int:
        return self.first["clip"] + self.clips

    def questions(self, starts: int) -> Iterator[tuple[str, Asked, list[str]]]:
        """What is asked, how, and of whom."""
        chance = Random(starts)
        clips = [self.id_of("clip", chance.randrange(self.clips)) for _ in range(starts)]
        pictures = [self.id_of("asset", chance.randrange(self.pictures)) for _ in range(starts)]
        half = self.first["clip"] + self.clips // 2
        early = [self.id_of("clip", chance.randrange(self.clips // 2)) for _ in range(starts)]
        yield "ancestors of a clip", Asked(), clips
        yield "ancestors of a clip, then", Asked(as_of=half), early
        yield "ancestors of a clip, along one kind", Asked(kinds=frozenset({"continues"})), clips
        yield "descendants of a clip", Asked("descendants"), clips
        yield "descendants of a picture", Asked("descendants"), pictures
        yield "descendants of a picture, then", Asked("descendants", as_of=half), pictures
        yield "descendants of a lead", Asked("descendants"), [self.id_of("character", 0)] * 2

    def _nodes(self) -> Iterator[tuple[Any, ...]]:
        sizes = {
            "account": 1,
            "character": self.people,
            "element": self.people,
            "scene": self.scenes,
            "asset": self.pictures,
            "clip": self.clips,
        }
        for kind, size in sizes.items():
            for number in range(size):
                yield self.first[kind] + number, self.id_of(kind, number)

    def _edges(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.people):
            element = self.first["element"] + number
            yield element, self.first["character"] + number, "depicts", element, "attested", ""
            yield element, 1, "on-account", element, "attested", ""
        chance = Random(self.clips)
        for number in range(self.clips):
            yield from self._of_clip(number, chance)

    def _of_clip(self, number: int, chance: Random) -> Iterator[tuple[Any, ...]]:
        clip = self.first["clip"] + number
        yield clip, self.first["scene"] + number // _SCENE, "in", clip, "witnessed", ""
        if number % _SCENE and chance.random() < 0.8:
            yield clip, clip - 1, "continues", clip, "witnessed", ""
        for picture in chance.sample(range(self.pictures), _PICTURES_OF):
            yield clip, self.first["asset"] + picture, "grounded-on", clip, "witnessed", ""
        second = chance.randrange(1, self.people)
        first = 0 if number < self.lead_clips else chance.randrange(1, self.people)
        yield clip, self.first["element"] + second, "grounded-on", clip, "witnessed", ""
        for person in {first, second}:
            yield clip, self.first["character"] + person, "shows", clip, "witnessed", ""


def _measured(
    database: Database, raw: Driver, studio: str, asked: Asked, starts: list[str], rounds: int
) -> dict[str, list[list[float]]]:
    """The milliseconds of every question, by way and round."""
    near, far = ("made", "source") if asked.direction == "ancestors" else ("source", "made")
    statement = _BARE.format(near=near, far=far)

    def ours(start: str) -> object:
        with database.reading(studio) as connection:
            return lineage(connection, studio, start, asked, limit=1_000)

    def bare(start: str) -> object:
        return raw.rows(statement, (studio, start, *[studio] * 4))

    ways: dict[str, Question] = {"ours": ours, "bare": bare}
    for ask in ways.values():
        ask(starts[0])
    return alternate({way: _round(ask, starts) for way, ask in ways.items()}, rounds)


def _streamed(case: str, database: Database, films: Films, rounds: int) -> Compared:
    """Edges a second of everything a lead leads to."""
    lead = films.id_of("character", 0)

    def walked() -> float:
        with database.reading(films.studio) as connection:
            walk = Walk.begun(connection, films.studio, lead, Asked("descendants"))
        began = perf_counter()
        edges = sum(1 for _ in walk.met(lambda: database.reading(films.studio)))
        took = perf_counter() - began
        say(f"{case}: {edges:,} edges, {peak_mb()} MB at most so far")
        return edges / took

    return Compared(case, "edges a second", Spread.of([walked() for _ in range(min(rounds, 2))]), unit="/s")


def peak_mb() -> int:
    """The most memory this process has held."""
    return getrusage(RUSAGE_SELF).ru_maxrss // 1_024


def _round(ask: Question, starts: Sequence[str]) -> Callable[[], list[float]]:
    return lambda: [1_000 * seconds_of(lambda: ask(start), 1)[0] for start in starts]  # noqa: B023


def _figures(case: str, found: dict[str, list[list[float]]]) -> Iterator[Figure]:
    for way, rounds in found.items():
        for percent in (50, 99):
            value = Spread.of([percentile(one, percent) for one in rounds])
            yield Figure(case, f"{way}, p{percent}", "ms", value)


def _compared(case: str, found: dict[str, list[list[float]]], *, limit: float | None) -> Iterator[Compared]:
    p99 = Spread.of([percentile(one, 99) for one in found["ours"]])
    yield Compared(case, "ours, p99", p99, unit="ms", aim=limit, most=True)
    middles = {way: [percentile(one, 50) for one in rounds] for way, rounds in found.items()}
    yield Compared(case, "ours / bare, p50", ratio(middles["ours"], middles["bare"]))


if __name__ == "__main__":
    main()
