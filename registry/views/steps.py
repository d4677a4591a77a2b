"""The graph that lineage walks: things as numbered nodes, typed edges between them, and the walk itself, nearest first.

Nodes are numbered by the position of the event that introduced them, so a rebuild gives the same rows; edges point from what
was made to what it was made from. A scene has a second node, its number negated, on which its cast hangs: a walk that comes to a
scene from one of its clips does not go on to all who were cast there, nor one that comes from a character to all clips of the
scene; one that starts at the scene has both.

A walk asks the database once for all it can reach, and orders that here. Only what an edge leads on to is looked up by that
question: what it comes from is the start, or was led on to before. What is too much for one answer is walked level by
level, a stretch of edges at a time, and never held: of every node that was met one bit is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import BigInteger, Index, TextClause, bindparam, text
from sqlmodel import Field

from registry.log.declaring import Declared
from registry.views.kinds import EdgeKind, Evidence

Direction = Literal["ancestors", "descendants"]
AT_ONCE: Final = 4_000
"""Up to so many edges are asked for in one question."""
STRETCH: Final = 2_000
_NODES_AT_ONCE: Final = 400
_PAGE_OF_NODES: Final = 1 << 16


class NodeRow(Declared):
    """A thing that takes part in lineage; `retired` and `erased` are the positions since which it is."""

    __tablename__ = "view_nodes"
    __table_args__ = (Index("nodes_by_id", "log", "id", unique=True),)

    log: str = Field(primary_key=True)
    node: int = Field(primary_key=True, sa_type=BigInteger)
    id: str
    retired: int | None = Field(default=None, sa_type=BigInteger)
    erased: int | None = Field(default=None, sa_type=BigInteger)


class EdgeRow(Declared):
    """`made` was made from `source`, said by the event at `position`, and no more since the one at `until`."""

    __tablename__ = "view_edges"
    __table_args__ = (Index("edges_by_source", "log", "source", "position", "made", "kind"),)

    log: str = Field(primary_key=True)
    made: int = Field(primary_key=True, sa_type=BigInteger)
    source: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    evidence: str
    detail: str
    until: int | None = Field(default=None, sa_type=BigInteger)


NODES = NodeRow.__table__
EDGES = EdgeRow.__table__


@dataclass(frozen=True, slots=True)
class Way:
    """How far a walk goes: `depth` steps, along `kinds` (None: all), over what the log said up to the position `through`.

    With `standing` only over what still held there.
    """

    direction: Direction
    depth: int
    through: int
    kinds: frozenset[EdgeKind] | None = None
    standing: bool = False


class Step(NamedTuple):
    """One edge as it is met, `depth` steps from the start, with the things at both ends; `new` when `far` was not met before.

    `up` says that the walk leads to what things were made from, so that `near` was made from `far`.
    """

    near: int
    far: int
    kind: EdgeKind
    evidence: Evidence
    detail: str
    position: int
    until: int | None
    near_id: str
    near_retired: int | None
    near_erased: int | None
    far_id: str
    far_retired: int | None
    far_erased: int | None
    depth: int
    new: bool
    up: bool


Row = Sequence[Any]

Ask = Callable[[TextClause, Mapping[str, Any]], Sequence[Row]]
"""Puts a question to the database."""


class Node(NamedTuple):
    """A thing by its number, with what a step says of it."""

    number: int
    id: str
    retired: int | None
    erased: int | None


def reached(
    ask: Ask, log: str, thing: str, way: Way, *, cast: bool, dialect: str
) -> tuple[Row | None, list[Row]]:
    """The first question of a walk: a row of the thing itself, whose position is the log's head, and the edges that are reached.

    None where there is no such thing; no more edges than `AT_ONCE`. `cast` says that the thing is a scene, `dialect` whose SQL
    to speak.
    """
    asked = {"log": log, "through": way.through, "thing": thing, "depth": way.depth}
    itself, edges = None, []
    for row in ask(_reaching(way, dialect, cast=cast), asked):
        if row[0] is None:
            itself = row
        else:
            edges.append(row)
    return itself, edges


def steps(  # noqa: PLR0913 - a walk, and what is known of it
    ask: Ask, log: str, start: Node, way: Way, found: Sequence[Row], *, cast: bool, dialect: str
) -> Iterator[Step]:
    """Every edge that is reached, each once: by depth, then by what it leads on from, then by position.

    `found` are the edges of `reached`. The same start and way give the same steps, whatever is appended meanwhile.
    """
    begin = [-start.number, start.number] if cast else [start.number]
    if len(found) < AT_ONCE:
        edges_of = _held(start, found)
    else:
        given = {"log": log, "through": way.through}

        def edges_of(level: Sequence[int]) -> Iterator[Row]:
            return _stretches(ask, partial(_going_on, way, dialect), given, level)

    return _breadth(begin, way, edges_of)


def _breadth(
    begin: list[int], way: Way, edges_of: Callable[[Sequence[int]], Iterator[Row]]
) -> Iterator[Step]:
    met, up = _Met(begin), way.direction == "ancestors"
    level: Sequence[int] = begin
    for steps_off in range(1, way.depth + 1):
        following: list[int] = []
        for row in edges_of(level):
            new = met.add(row[1])
            yield Step._make((*row, steps_off, new, up))
            if new:
                following.append(row[1])
        if not following:
            return
        following.sort()
        level = following


class _Met:
    """Nodes that were met: a bit for each, in pages that are there once one of theirs was."""

    def __init__(self, nodes: Sequence[int]) -> None:
        self._pages: dict[int, bytearray] = {}
        for node in nodes:
            self.add(node)

    def add(self, node: int) -> bool:
        """Whether it is new."""
        page, place = divmod(node, _PAGE_OF_NODES)
        bits = self._pages.get(page)
        if bits is None:
            bits = self._pages[page] = bytearray(_PAGE_OF_NODES // 8)
        mask = 1 << (place & 7)
        new = not bits[place >> 3] & mask
        bits[place >> 3] |= mask
        return new


def _held(start: Node, found: Sequence[Row]) -> Callable[[Sequence[int]], Iterator[Row]]:
    """Edges that are here already. One that is reached at several depths came several times."""
    by_near: dict[int, dict[tuple[int, int, str], Row]] = {}
    things: dict[int, Row] = {start.number: start[1:]}
    for row in found:
        by_near.setdefault(row[0], {})[row[5], row[1], row[2]] = row
        things[abs(row[1])] = row[7:]

    def edges_of(level: Sequence[int]) -> Iterator[Row]:
        for near in level:
            edges = by_near.get(near)
            if edges is not None:
                thing = things[abs(near)]
                yield from ((*edge[:7], *thing, *edge[7:]) for _, edge in sorted(edges.items()))

    return edges_of


def _stretches(
    ask: Ask, going_on: Callable[..., TextClause], given: Mapping[str, Any], level: Sequence[int]
) -> Iterator[Row]:
    """The edges of a level from the database, a stretch at a time, in the order in which `_held` has them."""
    for first in range(0, len(level), _NODES_AT_ONCE):
        asked = {**given, "nodes": level[first : first + _NODES_AT_ONCE], "most": STRETCH}
        rows = ask(going_on(first=True), asked)
        yield from rows
        while len(rows) == STRETCH:
            near, far, kind, position = rows[-1][0], rows[-1][1], rows[-1][2], rows[-1][5]
            place = {"near": near, "position": position, "far": far, "kind": kind}
            rows = ask(going_on(first=False), {**asked, **place})
            yield from rows


_ENDS: Final[Mapping[Direction, tuple[str, str]]] = {
    "ancestors": ("made", "source"),
    "descendants": ("source", "made"),
}


def _holds(way: Way) -> str:
    """What an edge must be, beside belonging to the walk. The signs keep SQLite from another index than that of the ends."""
    said = "AND +e.position <= :through"
    if way.standing:
        said += " AND (e.until IS NULL OR e.until > :through)"
    if way.kinds is not None:
        said += f" AND e.kind IN ({', '.join(repr(str(kind)) for kind in sorted(way.kinds))})"
    return said


_EDGE: Final = "e.{near} AS near, e.{far} AS far, e.kind, e.evidence, e.detail, e.position, e.until"
_FOUND: Final = "f.near, f.far, f.kind, f.evidence, f.detail, f.position, f.until"
_BY_KEY: Final[Mapping[str, str]] = {
    "postgresql": "CROSS JOIN LATERAL (SELECT * FROM {table} {name} WHERE {key} OFFSET 0) {name}",
    "sqlite": "CROSS JOIN {table} {name} ON {key}",
}
"""Rows that are looked up one by one by a key, however many are expected.

To SQLite `CROSS JOIN` says which table comes first. Left to itself it, having no counts, takes all edges of the log for every
step: seconds for 500 clips. PostgreSQL counts on few steps or many as it likes, and reads the whole table for one; only what is
behind `OFFSET 0` it does not turn around. A key must be a column as it stands: row security keeps it from looking a node up by
`abs` of something.
"""


_WALKED: Final[Mapping[str, str]] = {
    "postgresql": "walked AS (SELECT {edge}, r.depth + 1 AS depth FROM begun r {edges} UNION ALL SELECT {edge}, r.depth + 1 "
    "FROM (SELECT DISTINCT far AS node, depth FROM walked WHERE depth < :depth) r {edges})",
    "sqlite": "reached(node, depth) AS (SELECT node, depth FROM begun UNION SELECT e.{far}, r.depth + 1 FROM reached r {edges} "
    "WHERE r.depth + 1 < :depth), walked AS (SELECT {edge} FROM reached r {edges})",
}
"""Every edge, once for each depth at which it is met.

PostgreSQL takes a level at a time, so what it found may lead it on. SQLite takes a row at a time: it cannot tell that two edges
lead to one thing, and looks edges up a second time, which costs it little.
"""


def looked_up(dialect: str, table: str, name: str, key: str) -> str:
    """What joins the rows of a table that have this key, one by one."""
    return _BY_KEY[dialect].format(table=table, name=name, key=key)


def _thing_at(end: str, dialect: str) -> str:
    """The thing at an end of each edge that was found; its number was worked out there."""
    return looked_up(dialect, "view_nodes", end, f"{end}.log = :log AND {end}.node = f.{end}_node")


def _reaching(way: Way, dialect: str, *, cast: bool) -> TextClause:
    return _reaching_by(way.direction, _holds(way), dialect, cast=cast)


@cache
def _reaching_by(direction: Direction, holds: str, dialect: str, *, cast: bool) -> TextClause:
    near, far = _ENDS[direction]
    itself = "SELECT {node}, 0, id, retired, erased FROM view_nodes WHERE log = :log AND id = :thing"
    begun = " UNION ALL ".join(itself.format(node=node) for node in (["node", "-node"] if cast else ["node"]))
    edges = looked_up(dialect, "view_edges", "e", f"e.log = :log AND e.{near} = r.node {holds}")
    walked = _WALKED[dialect].format(edge=_EDGE.format(near=near, far=far), far=far, edges=edges)
    return text(  # names of columns and kinds from the tables; nothing that anybody says
        f"WITH RECURSIVE begun(node, depth, id, retired, erased) AS MATERIALIZED ({begun}), {walked}, "  # noqa: S608
        f"found AS MATERIALIZED (SELECT *, abs(far) AS far_node FROM walked LIMIT {AT_ONCE}) "
        "SELECT CAST(NULL AS BIGINT), node, '', '', '', (SELECT position FROM heads WHERE log = :log), CAST(NULL AS BIGINT), "
        "id, retired, erased FROM begun WHERE node > 0 UNION ALL "
        f"SELECT {_FOUND}, far.id, far.retired, far.erased FROM found f {_thing_at('far', dialect)}"
    )


def _going_on(way: Way, dialect: str, *, first: bool) -> TextClause:
    return _going_on_by(way.direction, _holds(way), dialect, first=first)


@cache
def _going_on_by(direction: Direction, holds: str, dialect: str, *, first: bool) -> TextClause:
    near, far = _ENDS[direction]
    place = f"e.{near}, e.position, e.{far}, e.kind"
    later = "" if first else f"AND ({place}) > (:near, :position, :far, :kind) "
    both = " ".join(_thing_at(end, dialect) for end in ("near", "far"))
    statement = text(
        f"WITH found AS MATERIALIZED (SELECT {_EDGE.format(near=near, far=far)}, "  # noqa: S608
        f"abs(e.{near}) AS near_node, abs(e.{far}) AS far_node FROM view_edges e "
        f"WHERE e.log = :log AND e.{near} IN :nodes {holds} {later}ORDER BY {place} LIMIT :most) "
        f"SELECT {_FOUND}, near.id, near.retired, near.erased, far.id, far.retired, far.erased FROM found f {both} "
        "ORDER BY f.near, f.position, f.far, f.kind"
    )
    return statement.bindparams(bindparam("nodes", expanding=True, type_=BigInteger))
