"""Which scenes are there, who plays in them, which shots are planned?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, Table, exists, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.personal import known
from registry.events.scene import (
    CastReleased,
    CharacterCast,
    SceneClosed,
    SceneContinuedFrom,
    SceneDescribed,
    SceneOpened,
    ShotDropped,
    ShotPlanned,
)
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.clips import TakeCard, approved_in
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.pins import PINS, PinCard, pins_of
from registry.views.rows import add, change, remove


class SceneRow(Declared):
    """One scene."""

    __tablename__ = "view_scenes"

    log: str = Field(primary_key=True)
    scene: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    production: str = Field(index=True)
    name: str
    episode: int
    number: int
    setting: str
    continued_from: str | None
    closed: bool
    opened_at: int = Field(sa_type=BigInteger)
    client_reference: str | None = None


class CastRow(Declared):
    """A character in a scene."""

    __tablename__ = "view_cast"

    log: str = Field(primary_key=True)
    scene: str = Field(primary_key=True)
    character: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    character_version: int


class ShotRow(Declared):
    """A planned shot."""

    __tablename__ = "view_shots"

    log: str = Field(primary_key=True)
    scene: str = Field(primary_key=True)
    shot: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    number: int
    action: str
    framing: str | None
    client_reference: str | None = None


SCENES = SceneRow.__table__
CAST = CastRow.__table__
SHOTS = ShotRow.__table__


class CastCard(Card):
    """A cast member, and the version of the character at the time of casting."""

    character: str
    character_version: int


class ShotCard(Card):
    """A planned shot; `approved` are its approved takes, oldest first."""

    id: str
    number: int
    action: str
    framing: str | None
    client_reference: str | None = None
    approved: tuple[str, ...] = ()


class SceneCard(Card):
    """A scene with its cast in casting order, its live shots in number order, the characters it pins, its approved takes.

    `client_reference` is what whoever opened it calls it elsewhere.
    """

    id: str
    version: int
    production: str
    name: str
    episode: int
    number: int
    setting: str
    cast: tuple[CastCard, ...]
    shots: tuple[ShotCard, ...]
    pins: tuple[PinCard, ...]
    continued_from: str | None
    closed: bool
    opened_at: int
    client_reference: str | None = None
    approved: tuple[TakeCard, ...] = ()


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, SceneOpened):
            add(connection, SCENES, _row(recorded, recorded.event))
        else:
            _change(connection, recorded)


def _change(connection: Connection, recorded: Recorded) -> None:
    values: dict[str, Any] = {"version": recorded.version}
    place = {"log": recorded.log, "scene": recorded.stream}
    match recorded.event:
        case SceneDescribed() as event:
            values |= {"name": event.name, "setting": known(event.setting, "(erased)")}
        case SceneContinuedFrom() as event:
            values |= {"continued_from": event.clip}
        case SceneClosed():
            values |= {"closed": True}
        case CharacterCast() as event:
            cast = {"character": event.character, "character_version": event.character_version}
            add(connection, CAST, {**place, **cast, "position": recorded.position})
        case CastReleased() as event:
            remove(connection, CAST, {**place, "character": event.character})
        case ShotPlanned() as event:
            add(connection, SHOTS, {**place, **_planned(recorded, event)})
        case ShotDropped() as event:
            remove(connection, SHOTS, {**place, "shot": event.shot})
    change(connection, SCENES, where=place, values=values)


def _planned(recorded: Recorded, event: ShotPlanned) -> dict[str, Any]:
    return {
        "shot": event.shot,
        "position": recorded.position,
        "number": event.number,
        "action": known(event.action, "(erased)"),
        "framing": event.framing,
        "client_reference": event.client_reference,
    }


def _row(recorded: Recorded, event: SceneOpened) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "scene": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "production": event.production,
        "name": event.name,
        "episode": event.episode,
        "number": event.number,
        "setting": known(event.setting, "(erased)"),
        "continued_from": None,
        "closed": False,
        "opened_at": recorded.recorded_at,
        "client_reference": event.client_reference,
    }


PROJECTION = Projection(
    "scenes",
    (SCENES, CAST, SHOTS),
    frozenset(
        {
            "SceneOpened",
            "SceneDescribed",
            "SceneContinuedFrom",
            "SceneClosed",
            "CharacterCast",
            "CastReleased",
            "ShotPlanned",
            "ShotDropped",
            "ContinuityRecorded",
            "ContinuityCorrected",
            "CharacterPinned",
            "PinReleased",
        }
    ),
    _project,
)


def scene(connection: Connection, log: str, scene: str) -> SceneCard:
    """One scene. Raises NotFound."""
    return scene_cards(connection, log, [one_row(connection, SCENES, log, "scene", scene)])[0]


def scenes(
    connection: Connection,
    log: str,
    *,
    span: Span = FIRST,
    production: str | None = None,
    within: Collection[str] = (),
) -> Page[SceneCard]:
    """Scenes in the order they were opened; `within` these productions alone, where any are named."""
    query = select(SCENES).where(SCENES.c.log == log)
    if within:
        query = query.where(SCENES.c.production.in_(within))
    if production is not None:
        query = query.where(SCENES.c.production == production)
    rows, cursor = rows_page(connection, query, SCENES, span)
    return Page(items=tuple(scene_cards(connection, log, rows)), next=cursor)


class Placed(NamedTuple):
    """What a choice of scenes shows, by production and in the order of the story."""

    id: str
    name: str
    production: str
    episode: int
    number: int


def still_open(connection: Connection, log: str, *, most: int, within: Collection[str] = ()) -> list[Placed]:
    """So many of the newest scenes that are not closed; `within` these productions alone, where any are named."""
    table = SCENES.c
    query = select(table.scene, table.name, table.production, table.episode, table.number)
    query = query.where(table.log == log, table.closed.is_(False))
    if within:
        query = query.where(table.production.in_(within))
    rows = connection.execute(query.order_by(table.position.desc()).limit(most))
    return [Placed(row.scene, row.name, row.production, row.episode, row.number) for row in rows]


def called(
    connection: Connection, log: str, *, most: int, within: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Id and name of the newest scenes, `within` these productions alone, where any are named: what a choice is made from."""
    query = select(SCENES.c.scene, SCENES.c.name).where(SCENES.c.log == log)
    if within:
        query = query.where(SCENES.c.production.in_(within))
    rows = connection.execute(query.order_by(SCENES.c.position.desc()).limit(most))
    return [(row.scene, row.name) for row in rows]


def open_scenes_of(connection: Connection, log: str, production: str, *, character: str) -> list[SceneCard]:
    """A production's open scenes that cast the character, and those without any cast, where none pins it by itself."""
    here = (CAST.c.log == SCENES.c.log) & (CAST.c.scene == SCENES.c.scene)
    cast = exists().where(here)
    pinned = exists().where(PINS.c.log == log, PINS.c.holder == SCENES.c.scene, PINS.c.character == character)
    query = select(SCENES).where(
        SCENES.c.log == log,
        SCENES.c.production == production,
        SCENES.c.closed.is_(False),
        cast.where(CAST.c.character == character) | ~cast,
        ~pinned,
    )
    return scene_cards(connection, log, connection.execute(query.order_by(SCENES.c.position)).all())


def scene_cards(connection: Connection, log: str, rows: Sequence[Row[Any]]) -> list[SceneCard]:
    """The cards of some rows, in their order."""
    ids = [row.scene for row in rows]
    pins, approved = pins_of(connection, log, ids), approved_in(connection, log, ids)
    cast = _by_scene(connection, select(CAST).where(CAST.c.log == log), CAST, ids, CAST.c.position)
    shots = _by_scene(connection, select(SHOTS).where(SHOTS.c.log == log), SHOTS, ids, SHOTS.c.number)
    return [
        _card(row, pins[row.scene], cast[row.scene], shots[row.scene], approved[row.scene]) for row in rows
    ]


def _by_scene(
    connection: Connection, query: Select[Any], table: Table, scenes: Sequence[str], order: ColumnElement[Any]
) -> dict[str, list[Row[Any]]]:
    """The rows of several scenes in one question, each scene's in order."""
    found: dict[str, list[Row[Any]]] = {scene: [] for scene in scenes}
    for row in connection.execute(query.where(table.c.scene.in_(scenes)).order_by(order)) if scenes else ():
        found[row.scene].append(row)
    return found


def _card(
    row: Row[Any],
    pins: tuple[PinCard, ...],
    cast: Sequence[Row[Any]],
    shots: Sequence[Row[Any]],
    approved: tuple[TakeCard, ...],
) -> SceneCard:
    return SceneCard(
        id=row.scene,
        version=row.version,
        production=row.production,
        name=row.name,
        episode=row.episode,
        number=row.number,
        setting=row.setting,
        cast=tuple(CastCard(character=r.character, character_version=r.character_version) for r in cast),
        shots=tuple(_shot(shot, approved) for shot in shots),
        pins=pins,
        continued_from=row.continued_from,
        closed=row.closed,
        opened_at=row.opened_at,
        client_reference=row.client_reference,
        approved=approved,
    )


def _shot(row: Row[Any], approved: tuple[TakeCard, ...]) -> ShotCard:
    return ShotCard(
        id=row.shot,
        number=row.number,
        action=row.action,
        framing=row.framing,
        client_reference=row.client_reference,
        approved=tuple(take.clip for take in approved if take.shot == row.shot),
    )
