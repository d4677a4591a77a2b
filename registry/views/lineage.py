"""What was this made from, and what was made from it?

Nodes are numbered by the position of the event that introduced them, so a rebuild gives the same rows; edges point from what was
made to what it was made from. Two covering indexes and a recursive query are enough for a million clips.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Connection,
    Index,
    Insert,
    Row,
    ScalarSelect,
    TextClause,
    bindparam,
    exists,
    insert,
    select,
    text,
)
from sqlmodel import Field, SQLModel

from registry.errors import NotFound
from registry.events.account import AccountOpened
from registry.events.asset import AssetRegistered
from registry.events.character import CharacterIntroduced, LikenessLinked, ReferenceAssigned
from registry.events.clip import ClipRecorded
from registry.events.element import ElementAdopted, ElementMintRequested
from registry.events.envelope import Recorded
from registry.events.likeness import LikenessRegistered
from registry.events.scene import ContinuityRecorded, SceneContinuedFrom, SceneOpened
from registry.events.voice import VoiceAdopted, VoiceMintRequested
from registry.log.roles import Projection
from registry.views.clips import DisclosedCard, TakeCard, approved_among, disclosed_among
from registry.views.outcomes import clip_of
from registry.views.page import Card
from registry.views.rows import add_all

EdgeKind = Literal[
    "in", "grounded-on", "shows", "carries", "depicts", "reference", "made-from", "speaks-with",
    "voice-of", "likeness-of", "remint-of", "continues", "frame-of", "on-account",
]  # fmt: skip
"""`carries` is a clip's likeness; `remint-of` says which binding an element or a voice takes the place of."""
Evidence = Literal["witnessed", "attested"]
Direction = Literal["ancestors", "descendants"]


class NodeRow(SQLModel, table=True):
    """A thing that takes part in lineage, numbered by its first event's position."""

    __tablename__ = "view_nodes"
    __table_args__ = (Index("nodes_by_id", "log", "id", unique=True),)

    log: str = Field(primary_key=True)
    node: int = Field(primary_key=True, sa_type=BigInteger)
    id: str


class EdgeRow(SQLModel, table=True):
    """`made` was made from `source`; `position` is the event that says so."""

    __tablename__ = "view_edges"
    __table_args__ = (Index("edges_by_source", "log", "source", "made", "kind"),)

    log: str = Field(primary_key=True)
    made: int = Field(primary_key=True, sa_type=BigInteger)
    source: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    evidence: str
    position: int = Field(sa_type=BigInteger)


NODES = NodeRow.__table__  # type: ignore[attr-defined]
EDGES = EdgeRow.__table__  # type: ignore[attr-defined]
_INTRODUCING = (
    AccountOpened,
    AssetRegistered,
    CharacterIntroduced,
    ClipRecorded,
    ElementAdopted,
    ElementMintRequested,
    LikenessRegistered,
    SceneOpened,
    VoiceAdopted,
    VoiceMintRequested,
)


def _number(end: str) -> ScalarSelect[Any]:
    """The number of what `end` names; null for what is unknown, and that no edge may hold."""
    mine = (NODES.c.log == bindparam("_log")) & (NODES.c.id == bindparam(end))
    return select(NODES.c.node).where(mine).scalar_subquery()


def _new_edge() -> Insert:
    said = {column.name: bindparam(f"_{column.name}", type_=column.type) for column in EDGES.c}
    row = {**said, "made": _number("_made"), "source": _number("_source")}
    there = exists().where(*(EDGES.c[name] == row[name] for name in ("log", "made", "source", "kind")))
    return insert(EDGES).from_select([*row], select(*row.values()).where(~there))


_NEW_EDGE: Final = _new_edge()
"""An edge between two ids, if there is none. A reference may be assigned, withdrawn and assigned again: the first edge stays."""


class Edge(Card):
    """One step of lineage: `made` from `source`, how, on what evidence, said by the event at `position`; `depth` in steps."""

    made: str
    source: str
    kind: EdgeKind
    evidence: Evidence
    position: int
    depth: int


class Lineage(Card):
    """The edges reached from `id`, nearest first; of the clips on the way which are approved, and what each discloses."""

    id: str
    direction: Direction
    edges: tuple[Edge, ...]
    approved: tuple[TakeCard, ...] = ()
    disclosed: tuple[DisclosedCard, ...] = ()


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    introduced = [recorded for recorded in events if isinstance(recorded.event, _INTRODUCING)]
    add_all(connection, NODES, [{"log": r.log, "node": r.position, "id": r.stream} for r in introduced])
    edges = [_said(recorded, edge) for recorded in events for edge in _edges(recorded)]
    if edges:
        connection.execute(_NEW_EDGE, edges)


def _said(recorded: Recorded, edge: tuple[str, str, EdgeKind, Evidence]) -> dict[str, Any]:
    made, source, kind, evidence = edge
    ends = {"_log": recorded.log, "_made": made, "_source": source}
    return {**ends, "_kind": kind, "_evidence": evidence, "_position": recorded.position}


def _edges(recorded: Recorded) -> Iterable[tuple[str, str, EdgeKind, Evidence]]:
    stream = recorded.stream
    match recorded.event:
        case AssetRegistered(derived_from=frame) if frame is not None:
            yield stream, frame.clip, "frame-of", "attested"
        case ReferenceAssigned(asset=asset):
            yield stream, asset, "reference", "attested"
        case ElementAdopted(character=character, account=account):
            yield stream, character, "depicts", "attested"
            yield stream, account, "on-account", "attested"
        case LikenessLinked(likeness=likeness):
            yield stream, likeness, "likeness-of", "attested"
        case SceneContinuedFrom(clip=clip):
            yield stream, clip, "continues", "attested"
        case ClipRecorded(scene=scene):
            yield stream, scene, "in", "witnessed"
        case ContinuityRecorded(clip=str() as clip) as record:
            yield from ((clip, parent, "continues", "witnessed") for parent in record.parents)
            yield from ((clip, asset, "grounded-on", "witnessed") for asset in record.assets)
            yield from ((clip, element, "grounded-on", "witnessed") for element in record.elements)
            for member in record.cast:
                yield clip, member.character, "shows", "witnessed"
                if member.likeness is not None:
                    yield clip, member.likeness, "carries", "witnessed"
        case ElementMintRequested() | VoiceAdopted() | VoiceMintRequested() as event:
            yield from _made(stream, event)


def _made(
    made: str, event: ElementMintRequested | VoiceAdopted | VoiceMintRequested
) -> Iterable[tuple[str, str, EdgeKind, Evidence]]:
    """What a binding of ours came from: its recipe, whose it is, where it lives, what it takes the place of."""
    sources: tuple[str | None, ...]
    match event:
        case VoiceAdopted():
            yield made, event.character, "voice-of", "attested"
            if event.account is not None:
                yield made, event.account, "on-account", "attested"
            return
        case ElementMintRequested(inputs=inputs):
            yield made, inputs.character, "depicts", "witnessed"
            if inputs.voice is not None:
                yield made, inputs.voice, "speaks-with", "witnessed"
            sources = (inputs.frontal, *inputs.views, inputs.video)
        case VoiceMintRequested(inputs=voice):
            yield made, voice.character, "voice-of", "witnessed"
            sources = (voice.recording, voice.clip)
    yield from ((made, source, "made-from", "witnessed") for source in sources if source is not None)
    yield made, event.account, "on-account", "witnessed"
    if event.remint_of is not None:
        yield made, event.remint_of, "remint-of", "witnessed"


def _numbers(connection: Connection, log: str, ids: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(
        select(NODES.c.id, NODES.c.node).where(NODES.c.log == log, NODES.c.id.in_(list(ids)))
    )
    return {row.id: row.node for row in rows}


PROJECTION = Projection(
    "lineage",
    (NODES, EDGES),
    frozenset(
        {
            "AccountOpened",
            "AssetRegistered",
            "CharacterIntroduced",
            "ReferenceAssigned",
            "ElementAdopted",
            "ElementMintRequested",
            "LikenessLinked",
            "LikenessRegistered",
            "VoiceAdopted",
            "VoiceMintRequested",
            "SceneOpened",
            "SceneContinuedFrom",
            "ClipRecorded",
            "ContinuityRecorded",
        }
    ),
    _project,
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where a walk begins and how far it goes."""

    log: str
    node: int
    direction: Direction
    depth: int
    limit: int


def _statement(near: str, far: str, only: str) -> TextClause:
    """`CROSS JOIN` is an inner join to PostgreSQL; to SQLite it also says which table comes first.

    Left to itself SQLite, which has no counts, takes all edges of the log for every step: seconds for 500 clips.
    """
    step = f"CROSS JOIN view_edges e WHERE e.log = :log AND e.{near} = r.node AND r.depth < :depth {only}"
    return text(  # names of columns from the table below; nothing that anybody says
        "WITH RECURSIVE reached(node, depth) AS (SELECT CAST(:node AS BIGINT), 0 UNION "  # noqa: S608
        f"SELECT e.{far}, r.depth + 1 FROM reached r {step}) "
        f"SELECT e.made, e.source, e.kind, e.evidence, e.position, min(r.depth) + 1 AS depth FROM reached r {step} "
        "GROUP BY e.made, e.source, e.kind, e.evidence, e.position "
        f"ORDER BY min(r.depth) + 1, e.position, e.kind, e.{far} LIMIT :limit"
    )


_REMINTED: Final = ("element_", "voice_")
"""What something else may take the place of."""
_WALKS: Final = {
    (direction, only): _statement(*ends, "AND e.kind = :kind" if only else "")
    for direction, ends in (("ancestors", ("made", "source")), ("descendants", ("source", "made")))
    for only in (False, True)
}


def lineage(
    connection: Connection,
    log: str,
    start: str,
    *,
    direction: Direction = "ancestors",
    depth: int = 20,
    limit: int = 1_000,
) -> Lineage:
    """Everything `start` was made from (or that was made from it), up to `depth` steps. Raises NotFound.

    A generation or submission stands for the clip it came to, and the answer names that clip. Ancestors of an element or a voice
    come with what took its place since.
    """
    start = clip_of(connection, log, start) or start
    number = _numbers(connection, log, [start]).get(start)
    if number is None:
        raise NotFound(
            f"there is no {start} in any lineage",
            hint="name a clip, the generation or submission it came from, an asset, element, character, scene or account",
        )
    asked = _Asked(log, number, direction, depth, limit)
    rows = list(_walk(connection, asked))
    if direction == "ancestors" and start.startswith(_REMINTED):
        later = _walk(connection, replace(asked, direction="descendants"), kind="remint-of")
        rows = sorted([*rows, *later], key=lambda row: row.depth)[:limit]
    ids = _ids(connection, log, {end for row in rows for end in (row.made, row.source)})
    edges = tuple(
        Edge(
            made=ids[row.made],
            source=ids[row.source],
            kind=row.kind,
            evidence=row.evidence,
            position=row.position,
            depth=row.depth,
        )
        for row in rows
    )
    clips = sorted({one for one in (start, *ids.values()) if one.startswith("clip_")})
    return Lineage(
        id=start,
        direction=direction,
        edges=edges,
        approved=approved_among(connection, log, clips),
        disclosed=disclosed_among(connection, log, clips),
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
    return list(_ids(connection, log, connection.execute(edges).scalars()).values())


def shown_in(connection: Connection, log: str, clip: str) -> list[str]:
    """The ids of every character of a clip's continuity cast."""
    numbers = list(_numbers(connection, log, [clip]).values())
    edges = select(EDGES.c.source).where(
        EDGES.c.log == log, EDGES.c.made.in_(numbers), EDGES.c.kind == "shows"
    )
    return list(_ids(connection, log, connection.execute(edges).scalars()).values())


def _walk(connection: Connection, asked: _Asked, *, kind: EdgeKind | None = None) -> Sequence[Row[Any]]:
    """The edges reached, nearest first; of one kind alone where it is named."""
    wanted = {**asdict(asked), **({} if kind is None else {"kind": kind})}
    direction = wanted.pop("direction")
    return connection.execute(_WALKS[direction, kind is not None], wanted).all()


def _ids(connection: Connection, log: str, numbers: Iterable[int]) -> dict[int, str]:
    rows = connection.execute(
        select(NODES.c.id, NODES.c.node).where(NODES.c.log == log, NODES.c.node.in_(list(numbers)))
    )
    return {row.node: row.id for row in rows}
