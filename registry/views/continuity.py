"""What was made in this scene, from what, and what does each clip carry over? And what was adopted into it, on whose word?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field

from registry.errors import NotFound
from registry.events.clip import ClipAdopted
from registry.events.envelope import Recorded
from registry.events.personal import GONE, known
from registry.events.references import CastMember
from registry.events.scene import ContinuityCorrected, ContinuityRecorded, LookWorn
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.adoptions import AdoptionCard, adoption_of
from registry.views.clips import CLIPS
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.rows import add, find


class ContinuityRow(Declared):
    """One entry of a scene's continuity log as JSON: a record, or what was said of the clip `adopted`."""

    __tablename__ = "view_continuity"

    log: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    scene: str = Field(index=True)
    recorded_at: int = Field(sa_type=BigInteger)
    record: bytes
    adopted: str | None = None


class CorrectionRow(Declared):
    """One correction of a record, as JSON."""

    __tablename__ = "view_corrections"

    log: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    scene: str = Field(index=True)
    generation: str
    corrected_at: int = Field(sa_type=BigInteger)
    corrected_by: str
    correction: bytes


CONTINUITY = ContinuityRow.__table__
CORRECTIONS = CorrectionRow.__table__


_BEHIND: Final = 20
"""Records after a clip among which its own is, whatever else was written in the same append."""


class CorrectionCard(Card):
    """What a person set right, which key it was, and when; what is None or empty stands as it was recorded."""

    position: int
    corrected_at: int
    corrected_by: str
    shot: str | None
    framing: str | None
    looks: tuple[LookWorn, ...]
    reason: str


class ContinuityCard(Card):
    """An entry of a scene's continuity log, where it stands in the log, and what was set right since, oldest first.

    `record` says how a request of ours ended; it is None where footage was adopted into the scene: then `adopted` is what was
    said of it. `clip` is the clip that the entry is about, None where none came.
    """

    position: int
    recorded_at: int
    clip: str | None
    record: ContinuityRecorded | None
    adopted: AdoptionCard | None = None
    corrections: tuple[CorrectionCard, ...] = ()

    @property
    def shot(self) -> str | None:
        """The shot that the record's clip is a take of, by the newest word; an adopted one's stands in its own card."""
        return self._newest("shot")

    @property
    def framing(self) -> str | None:
        """The framing, by the newest word."""
        return self._newest("framing")

    @property
    def looks(self) -> dict[str, str | None]:
        """What each of the cast wears, by the newest word."""
        worn = {member.character: member.look for member in self.cast}
        return worn | {one.character: one.look for correction in self.corrections for one in correction.looks}

    @property
    def cast(self) -> tuple[CastMember, ...]:
        """Who is in it, by the record or by the word of whoever adopted it."""
        if self.adopted is not None:
            return self.adopted.cast
        return self.record.cast if self.record else ()

    def _newest(self, name: str) -> str | None:
        said = [getattr(one, name) for one in self.corrections if getattr(one, name) is not None]
        found: str | None = said[-1] if said else getattr(self.record, name, None)
        return found


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        here = {"log": recorded.log, "position": recorded.position, "scene": recorded.stream}
        match recorded.event:
            case ContinuityRecorded() as event:
                row = {
                    **here,
                    "recorded_at": recorded.recorded_at,
                    "record": event.model_dump_json().encode(),
                    "adopted": None,
                }
                add(connection, CONTINUITY, row)
            case ContinuityCorrected() as event:
                add(connection, CORRECTIONS, {**here, **_corrected(recorded, event)})
            case ClipAdopted() as event:
                add(connection, CONTINUITY, _adopted(recorded, event))


def _adopted(recorded: Recorded, event: ClipAdopted) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "position": recorded.position,
        "scene": event.scene,
        "recorded_at": recorded.recorded_at,
        "record": adoption_of(recorded, event).model_dump_json().encode(),
        "adopted": recorded.stream,
    }


def _corrected(recorded: Recorded, event: ContinuityCorrected) -> dict[str, Any]:
    return {
        "generation": event.generation,
        "corrected_at": recorded.recorded_at,
        "corrected_by": recorded.actor,
        "correction": event.model_dump_json().encode(),
    }


PROJECTION = Projection(
    "continuity",
    (CONTINUITY, CORRECTIONS),
    frozenset({"ContinuityRecorded", "ContinuityCorrected", "ClipAdopted"}),
    _project,
)


def continuity(connection: Connection, log: str, scene: str, *, span: Span = FIRST) -> Page[ContinuityCard]:
    """A scene's continuity log in order: how its requests ended, and what was adopted into it."""
    query = select(CONTINUITY).where(CONTINUITY.c.log == log, CONTINUITY.c.scene == scene)
    rows, cursor = rows_page(connection, query, CONTINUITY, span)
    return Page(items=tuple(_cards(connection, log, rows)), next=cursor)


def record_at(connection: Connection, log: str, scene: str, position: int) -> ContinuityCard:
    """The entry that stands at a position of the log, where it is this scene's. Raises NotFound."""
    rows = find(connection, CONTINUITY, {"log": log, "scene": scene, "position": position})
    if not rows:
        raise NotFound(
            f"{scene} has no continuity record at position {position}",
            hint="its continuity log names the position of each",
        )
    return _cards(connection, log, rows)[0]


def entry_of(connection: Connection, log: str, clip: str) -> ContinuityCard | None:
    """The entry that is about a clip: it is appended with the clip, or behind it. None where there is no such clip."""
    begun = select(CLIPS.c.position).where(CLIPS.c.log == log, CLIPS.c.clip == clip).scalar_subquery()
    query = select(CONTINUITY).where(CONTINUITY.c.log == log, CONTINUITY.c.position >= begun)
    rows = connection.execute(query.order_by(CONTINUITY.c.position).limit(_BEHIND)).all()
    return next((card for card in _cards(connection, log, rows) if card.clip == clip), None)


def entries_of(connection: Connection, log: str, scene: str) -> dict[str, ContinuityCard]:
    """Every entry of a scene that is about a clip, by the clip."""
    rows = find(connection, CONTINUITY, {"log": log, "scene": scene})
    return {card.clip: card for card in _cards(connection, log, rows) if card.clip is not None}


def _cards(connection: Connection, log: str, rows: Sequence[Row[Any]]) -> list[ContinuityCard]:
    corrections: dict[str, list[CorrectionCard]] = defaultdict(list)
    scenes = {row.scene for row in rows}
    query = select(CORRECTIONS).where(CORRECTIONS.c.log == log, CORRECTIONS.c.scene.in_(scenes))
    for row in connection.execute(query.order_by(CORRECTIONS.c.position)):
        corrections[row.generation].append(_correction(row))
    return [_card(row, corrections) for row in rows]


def _card(row: Row[Any], corrections: Mapping[str, Sequence[CorrectionCard]]) -> ContinuityCard:
    at = {"position": row.position, "recorded_at": row.recorded_at}
    if row.adopted is not None:
        said = AdoptionCard.model_validate_json(row.record)
        return ContinuityCard(**at, clip=row.adopted, record=None, adopted=said)
    record = ContinuityRecorded.model_validate_json(row.record)
    told = tuple(corrections.get(record.generation, ()))
    return ContinuityCard(**at, clip=record.clip, record=record, corrections=told)


def _correction(row: Row[Any]) -> CorrectionCard:
    said = ContinuityCorrected.model_validate_json(row.correction)
    return CorrectionCard(
        position=row.position,
        corrected_at=row.corrected_at,
        corrected_by=row.corrected_by,
        shot=said.shot,
        framing=said.framing,
        looks=said.looks,
        reason=known(said.reason, GONE),
    )


def entries_about(connection: Connection, log: str, clips: Collection[str]) -> dict[str, ContinuityCard]:
    """The entries of some clips of any scenes, by clip. A clip and its record are one append: its is the next of its scene."""
    if not clips:
        return {}
    following = CONTINUITY.alias()
    place = (
        select(following.c.position)
        .where(following.c.log == CLIPS.c.log, following.c.position >= CLIPS.c.position)
        .where(following.c.scene == CLIPS.c.scene)
        .order_by(following.c.position)
        .limit(1)
        .correlate(CLIPS)
        .scalar_subquery()
    )
    at = select(place).where(CLIPS.c.log == log, CLIPS.c.clip.in_(list(clips)))
    places = [position for position in connection.execute(at).scalars() if position is not None]
    query = select(CONTINUITY).where(CONTINUITY.c.log == log, CONTINUITY.c.position.in_(places))
    cards = _cards(connection, log, connection.execute(query).all())
    return {card.clip: card for card in cards if card.clip is not None and card.clip in clips}
