"""What was this made from, and what was made from it?

Every step says on which evidence it stands and which event says it; what was taken back has its end beside it and stays. What a
step leads to is told by id and kind alone, retired and erased things too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from itertools import islice
from typing import Any, Final, Self

from sqlalchemy import Connection, TextClause, bindparam, select

from registry.errors import InvalidCommand, NotFound
from registry.log.engine.quick import rows_of
from registry.log.tables import EVENTS
from registry.views.clips import CLIPS, TakeCard, approved_among
from registry.views.disclosures import DisclosedCard, disclosed_among
from registry.views.kinds import EdgeKind, Evidence, character_of, kind_of
from registry.views.naming import names_of
from registry.views.outcomes import clip_of
from registry.views.page import Card
from registry.views.steps import EDGES, NODES, Direction, Node, Row, Step, Way, reached, steps

_BINDINGS: Final = ("element", "voice")
"""What something else may take the place of."""
_REMINT: Final = "remint-of"


class Edge(Card):
    """One step: `made` from `source`, on what evidence, said by the event at `position`, ended by the one at `until`.

    `depth` is in steps from where the walk began; `detail` as the kind has it (docs/reference/lineage.md).
    """

    made: str
    source: str
    kind: EdgeKind
    evidence: Evidence
    detail: str = ""
    position: int
    until: int | None = None
    depth: int


class Thing(Card):
    """What takes part: its kind, and the position since which it is retired (of a clip: withdrawn) or erased.

    `name` is what people call it now, None where it has no name or none was asked for.
    """

    id: str
    kind: str
    name: str | None = None
    retired: int | None = None
    erased: int | None = None


class Lineage(Card):
    """The edges reached from `id`, nearest first; the things they join; of the clips which are approved, and what each discloses.

    All of it as the log stood at the position `through`; of an `as_of` question only what held then. `next` is the cursor of the
    following page.
    """

    id: str
    direction: Direction
    through: int = 0
    as_of: int | None = None
    edges: tuple[Edge, ...]
    things: tuple[Thing, ...] = ()
    approved: tuple[TakeCard, ...] = ()
    disclosed: tuple[DisclosedCard, ...] = ()
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """How far a question goes: so many steps, along these kinds alone (None: all).

    With `as_of` only over what the log said up to that position and what still held there; with `through` over all that it said
    up to that one, also what has ended. With neither, over all of it.
    """

    direction: Direction = "ancestors"
    depth: int = 20
    kinds: frozenset[EdgeKind] | None = None
    as_of: int | None = None
    through: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A question that has its start: it may be walked from there, as often as one likes, and gives the same steps."""

    log: str
    thing: Thing
    node: Node
    way: Way
    found: Sequence[Row]
    as_of: int | None
    dialect: str

    @classmethod
    def begun(cls, connection: Connection, log: str, start: str, asked: Asked) -> Self:
        """Raises NotFound, and InvalidCommand for a position that the log has not come to.

        A generation or submission stands for the clip it came to.
        """
        start, dialect = clip_of(connection, log, start) or start, connection.dialect.name
        wanted = asked.through if asked.as_of is None else asked.as_of
        far = _EVER if wanted is None else wanted
        way = Way(asked.direction, asked.depth, far, asked.kinds, standing=asked.as_of is not None)
        ask = partial(rows_of, connection)
        itself, found = reached(ask, log, start, way, cast=kind_of(start) == "scene", dialect=dialect)
        head = itself[5] if itself else 0
        through = _through(asked, head)
        if itself is None or itself[1] > through:
            then = "" if through == head else f" at position {through}"
            raise NotFound(
                f"there is no {start} in any lineage{then}",
                hint="name a clip, the generation or submission it came from, an asset, element, voice, character, likeness,"
                " scene, production or account",
            )
        node = Node(itself[1], *itself[7:])
        return cls(
            log,
            _thing(*node[1:], through),
            node,
            replace(way, through=through),
            found,
            asked.as_of,
            dialect,
        )

    def met(self, reading: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Step]:
        """Every edge in its order. Each question has a reading of its own, so a slow reader holds none.

        Ancestors of an element or a voice come with what took its place since.
        """

        def ask(statement: TextClause, values: Mapping[str, Any]) -> Sequence[Row]:
            with reading() as connection:
                return rows_of(connection, statement, values)

        way, up, scene = self.way, self.way.direction == "ancestors", self.thing.kind == "scene"
        said = partial(steps, ask, self.log, self.node, cast=scene, dialect=self.dialect)
        own = said(way, self.found)
        if up and self.thing.kind in _BINDINGS and (way.kinds is None or _REMINT in way.kinds):
            later = replace(way, direction="descendants", kinds=frozenset({_REMINT}))
            _, found = reached(ask, self.log, self.node.id, later, cast=scene, dialect=self.dialect)
            return merge(own, said(later, found), key=lambda step: step.depth)
        return own

    def edge(self, step: Step) -> Edge:
        """The step as it is told."""
        made, source = (step.near_id, step.far_id) if step.up else (step.far_id, step.near_id)
        return Edge.unchecked(
            {
                "made": made,
                "source": source,
                "kind": step.kind,
                "evidence": step.evidence,
                "detail": step.detail,
                "position": step.position,
                "until": _by(step.until, self.way.through),
                "depth": step.depth,
            }
        )

    def near(self, step: Step) -> Thing:
        """What it comes from."""
        return _thing(step.near_id, step.near_retired, step.near_erased, self.way.through)

    def far(self, step: Step) -> Thing:
        """What it leads to."""
        return _thing(step.far_id, step.far_retired, step.far_erased, self.way.through)


_EVER: Final = 2**63 - 1
"""A position that no log comes to: a question that names none is over all that is said."""


def _through(asked: Asked, head: int) -> int:
    wanted = asked.through if asked.as_of is None else asked.as_of
    if wanted is not None and wanted > head > 0:
        raise InvalidCommand(
            f"there is no position {wanted}: the log reaches to {head}",
            hint=f"name a position up to {head}, a moment, or leave it out for now",
            path="as_of" if asked.as_of is not None else "through",
        )
    return head if wanted is None else wanted


def _by(position: int | None, through: int) -> int | None:
    return position if position is not None and position <= through else None


def _thing(id: str, retired: int | None, erased: int | None, through: int) -> Thing:
    gone = {"retired": _by(retired, through), "erased": _by(erased, through)}
    return Thing.unchecked({"id": id, "kind": kind_of(id), "name": None, **gone})


def lineage(  # noqa: PLR0913 - where a page of a walk begins and ends
    connection: Connection,
    log: str,
    start: str,
    /,
    asked: Asked | None = None,
    *,
    after: int = 0,
    limit: int | None = None,
    named: bool = False,
    disclosed: bool = False,
    **said: Any,
) -> Lineage:
    """What `start` was made from (or what was made from it); `said` are fields of the question. Raises NotFound, InvalidCommand.

    Of the edges in their order those after the first `after`, at most `limit`; without it all, however many they are. `named`
    asks for the things' names, `disclosed` for what each clip says of itself, which is a walk into each of them.
    """
    asked = asked or Asked(**said)
    walk = Walk.begun(connection, log, start, asked)
    found = islice(walk.met(lambda: nullcontext(connection)), after, None)
    told = list(found if limit is None else islice(found, limit + 1))
    more = limit is not None and len(told) > limit
    told = told[:limit]
    things = {walk.thing.id: walk.thing}
    for step in told:
        if step.near_id not in things:
            things[step.near_id] = walk.near(step)
        if step.far_id not in things:
            things[step.far_id] = walk.far(step)
    edges = tuple(map(walk.edge, told))
    clips = sorted(one.id for one in things.values() if one.kind == "clip")
    whole = not after and not more and _to_the_ends(asked, edges)
    approved = sorted({edge.made for edge in edges if edge.kind == "approved-by"}) if whole else clips
    return Lineage(
        id=walk.thing.id,
        direction=walk.way.direction,
        through=walk.way.through,
        as_of=walk.as_of,
        edges=edges,
        things=with_names(connection, log, things.values()) if named else tuple(things.values()),
        approved=_approved(connection, walk, approved) if approved else (),
        disclosed=disclosed_among(connection, log, clips) if disclosed else (),
        next=after + len(told) if more else None,
    )


def _to_the_ends(asked: Asked, edges: Sequence[Edge]) -> bool:
    """Whether all that its clips were made from is among these edges of a question, so also who approved them."""
    every = asked.direction == "ancestors" and asked.kinds is None and asked.through is None
    return every and (not edges or edges[-1].depth < asked.depth)


def with_names(connection: Connection, log: str, things: Iterable[Thing]) -> tuple[Thing, ...]:
    """The same things with what people call them."""
    told = tuple(things)
    names = names_of(connection, log, [thing.id for thing in told])
    return tuple(thing.model_copy(update={"name": names.get(thing.id)}) for thing in told)


def _approved(connection: Connection, walk: Walk, clips: Sequence[str]) -> tuple[TakeCard, ...]:
    """Those of some clips that are approved, or were at the position that is asked about."""
    if walk.as_of is None:
        return approved_among(connection, walk.log, clips)
    asked = {"of_log": walk.log, "of_clips": list(clips), "then": walk.as_of}
    rows = rows_of(connection, _APPROVED_THEN, asked)
    return tuple(TakeCard(clip=clip, shot=shot, by=by, said_at=said_at) for clip, shot, by, said_at in rows)


_KEYS: Final = NODES.alias()
_APPROVED_THEN: Final = (
    select(CLIPS.c.clip, CLIPS.c.shot, _KEYS.c.id, EVENTS.c.recorded_at)
    .join(NODES, (NODES.c.log == CLIPS.c.log) & (NODES.c.id == CLIPS.c.clip))
    .join(EDGES, (EDGES.c.log == NODES.c.log) & (EDGES.c.made == NODES.c.node))
    .join(_KEYS, (_KEYS.c.log == EDGES.c.log) & (_KEYS.c.node == EDGES.c.source))
    .join(EVENTS, (EVENTS.c.log == EDGES.c.log) & (EVENTS.c.position == EDGES.c.position))
    .where(CLIPS.c.log == bindparam("of_log"), CLIPS.c.clip.in_(bindparam("of_clips", expanding=True)))
    .where(EDGES.c.kind == "approved-by", EDGES.c.position <= bindparam("then"))
    .where(EDGES.c.until.is_(None) | (EDGES.c.until > bindparam("then")))
    .order_by(CLIPS.c.position)
)


def must_be_known(connection: Connection, log: str, thing: str) -> None:
    """Raises NotFound, alike for absent and foreign ids."""
    if thing not in _numbers(connection, log, [thing]):
        raise NotFound(f"there is no {thing}", hint="check the id")


def ever_shown_by(connection: Connection, log: str, assets: Iterable[str]) -> list[str]:
    """The ids of every character that one of `assets` ever stood for, those it was withdrawn from too."""
    numbers = list(_numbers(connection, log, assets).values())
    edges = select(EDGES.c.made).where(
        EDGES.c.log == log, EDGES.c.source.in_(numbers), EDGES.c.kind == "reference"
    )
    shown = _ids(connection, log, connection.execute(edges).scalars())
    return list(dict.fromkeys(map(character_of, shown.values())))


def shown_in(connection: Connection, log: str, clip: str) -> list[str]:
    """The ids of every character of a clip's continuity cast."""
    numbers = list(_numbers(connection, log, [clip]).values())
    edges = select(EDGES.c.source).where(
        EDGES.c.log == log, EDGES.c.made.in_(numbers), EDGES.c.kind == "shows"
    )
    return list(_ids(connection, log, connection.execute(edges).scalars()).values())


def _numbers(connection: Connection, log: str, ids: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(
        select(NODES.c.id, NODES.c.node).where(NODES.c.log == log, NODES.c.id.in_(list(ids)))
    )
    return {row.id: row.node for row in rows}


def _ids(connection: Connection, log: str, numbers: Iterable[int]) -> dict[int, str]:
    rows = connection.execute(
        select(NODES.c.id, NODES.c.node).where(NODES.c.log == log, NODES.c.node.in_(list(numbers)))
    )
    return {row.node: row.id for row in rows}
