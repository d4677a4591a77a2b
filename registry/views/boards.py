"""What does a board show: scenes in the order of the story, how far their takes are, and how large each show is?

No table of its own: scenes, clips and open work answer it, a question for a whole page at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, case, func, select, tuple_

from registry.views.clips import CLIPS, VerdictCard
from registry.views.continuity import ContinuityCard
from registry.views.page import FIRST, Card, Page, Span
from registry.views.productions import PRODUCTIONS, ProductionCard
from registry.views.scenes import SCENES, SceneCard, scene_cards
from registry.views.work import WORK

_STORY: Final = (SCENES.c.episode, SCENES.c.number, SCENES.c.position)
_APPROVED: Final = func.sum(case((CLIPS.c.approved.is_(True), 1), else_=0)).label("approved")
_OPEN: Final = case((CLIPS.c.approved.is_(None) & CLIPS.c.withdrawn.is_(False), 1), else_=0)


class Still(Card):
    """A clip in short, where many are shown: what is said of it, and whether there is anything to see."""

    clip: str
    scene: str
    shot: str | None
    duration_us: int
    recorded_at: int
    withdrawn: bool
    erased: bool
    verdict: VerdictCard | None = None


_STILL: Final = tuple(CLIPS.c[name] for name in Still.model_fields)


class SceneTakes(Card):
    """The takes of a scene: how many there are, are approved, and wait for a verdict; the newest that may be used."""

    scene: str
    takes: int
    approved: int
    unjudged: int
    newest: Still | None = None


class ShowSize(Card):
    """A production in numbers: its scenes but for the unplaced one, its takes, its open work."""

    production: str
    scenes: int
    takes: int
    approved: int
    open: int


class Counted(NamedTuple):
    """By clip the number of the take among those of its shot, or of none; by shot (None: of none) how many takes there are."""

    numbers: Mapping[str, int]
    takes: Mapping[str | None, int]


def in_story_order(
    connection: Connection, log: str, production: ProductionCard, *, span: Span = FIRST
) -> Page[SceneCard]:
    """A production's scenes by episode and number, then as they were opened, but for the one of what names no scene.

    The cursor is the position of the last one.
    """
    query = select(SCENES).where(
        SCENES.c.log == log, SCENES.c.production == production.id, SCENES.c.scene != production.unplaced
    )
    if span.after:
        last = select(*_STORY).where(SCENES.c.log == log, SCENES.c.position == span.after)
        if (place := connection.execute(last).first()) is not None:
            query = query.where(tuple_(*_STORY) > tuple_(*place))
    rows = connection.execute(query.order_by(*_STORY).limit(span.limit + 1)).all()
    shown = rows[: span.limit]
    following = shown[-1].position if len(rows) > span.limit else None
    return Page(items=tuple(scene_cards(connection, log, shown)), next=following)


def takes_in(connection: Connection, log: str, scenes: Sequence[str]) -> dict[str, SceneTakes]:
    """How far the takes of each of some scenes are; scenes without any are not there."""
    newest = func.max(case((CLIPS.c.withdrawn.is_(False), CLIPS.c.position))).label("newest")
    rows = connection.execute(
        select(
            CLIPS.c.scene, func.count().label("takes"), _APPROVED, func.sum(_OPEN).label("unjudged"), newest
        )
        .where(CLIPS.c.log == log, CLIPS.c.scene.in_(scenes))
        .group_by(CLIPS.c.scene)
    ).all()
    places = [row.newest for row in rows if row.newest is not None]
    shown = (
        _stills(connection, log, CLIPS.c.scene.in_(scenes) & CLIPS.c.position.in_(places)) if places else []
    )
    by_scene = {still.scene: still for still in shown}
    return {row.scene: SceneTakes(**{**row._mapping, "newest": by_scene.get(row.scene)}) for row in rows}


def counted_by_shot(connection: Connection, log: str, scene: str) -> Counted:
    """The takes of a scene, counted by their shots as they were recorded."""
    query = select(CLIPS.c.clip, CLIPS.c.shot).where(CLIPS.c.log == log, CLIPS.c.scene == scene)
    counts: Counter[str | None] = Counter()
    numbers: dict[str, int] = {}
    for clip, shot in connection.execute(query.order_by(CLIPS.c.position)):
        counts[shot] += 1
        numbers[clip] = counts[shot]
    return Counted(numbers, counts)


def take_before(connection: Connection, log: str, scene: str, record: ContinuityCard) -> str | None:
    """The last clip of a scene that was recorded before a record and the clip it is about."""
    mine = (CLIPS.c.log == log) & (CLIPS.c.scene == scene) & (CLIPS.c.position < record.position)
    query = select(CLIPS.c.clip).where(mine).order_by(CLIPS.c.position.desc()).limit(2)
    found = [clip for clip in connection.execute(query).scalars() if clip != record.clip]
    return found[0] if found else None


def scenes_before(connection: Connection, log: str, scene: SceneCard, *, most: int) -> dict[str, str]:
    """The names of the scenes that come before one in the story, nearest first."""
    here = (scene.episode, scene.number)
    query = select(SCENES.c.scene, SCENES.c.name).where(
        SCENES.c.log == log,
        SCENES.c.production == scene.production,
        SCENES.c.scene != scene.id,
        tuple_(SCENES.c.episode, SCENES.c.number) <= here,
    )
    rows = connection.execute(query.order_by(*(column.desc() for column in _STORY)).limit(most))
    return {row.scene: row.name for row in rows}


def stills_of(connection: Connection, log: str, clips: Collection[str]) -> dict[str, Still]:
    """Those of some clips that there are, by their ids."""
    shown = _stills(connection, log, CLIPS.c.clip.in_(list(clips))) if clips else []
    return {still.clip: still for still in shown}


def _stills(connection: Connection, log: str, which: ColumnElement[bool]) -> list[Still]:
    query = select(*_STILL).where(CLIPS.c.log == log, which).order_by(CLIPS.c.position)
    return [_still(row) for row in connection.execute(query)]


def _still(row: Row[Any]) -> Still:
    verdict = None if row.verdict is None else VerdictCard.model_validate_json(row.verdict)
    return Still(**{**row._mapping, "verdict": verdict})


def sizes_of(connection: Connection, log: str, productions: Sequence[str]) -> dict[str, ShowSize]:
    """How large each of some productions is."""
    placed = (PRODUCTIONS.c.log == SCENES.c.log) & (PRODUCTIONS.c.unplaced == SCENES.c.scene)
    scenes = _counted(
        connection,
        select(SCENES.c.production, func.count())
        .select_from(SCENES.outerjoin(PRODUCTIONS, placed))
        .where(SCENES.c.log == log, SCENES.c.production.in_(productions), PRODUCTIONS.c.production.is_(None))
        .group_by(SCENES.c.production),
    )
    of_scene = (SCENES.c.log == CLIPS.c.log) & (SCENES.c.scene == CLIPS.c.scene)
    takes = _counted(
        connection,
        select(SCENES.c.production, func.count(), _APPROVED)
        .select_from(SCENES.join(CLIPS, of_scene))
        .where(SCENES.c.log == log, SCENES.c.production.in_(productions))
        .group_by(SCENES.c.production),
    )
    work = _counted(
        connection,
        select(WORK.c.production, func.count())
        .where(WORK.c.log == log, WORK.c.production.in_(productions))
        .group_by(WORK.c.production),
    )
    return {
        one: ShowSize(
            production=one,
            scenes=scenes.get(one, (0,))[0],
            takes=takes.get(one, (0, 0))[0],
            approved=takes.get(one, (0, 0))[1],
            open=work.get(one, (0,))[0],
        )
        for one in productions
    }


def _counted(connection: Connection, query: Any) -> dict[str, tuple[int, ...]]:
    return {first: tuple(map(int, rest)) for first, *rest in connection.execute(query)}
