"""What does a clip say of itself? To whom was it delivered, and how was it disclosed? And: whose delivery are these bytes?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Index, Row, bindparam, column, select, table
from sqlmodel import Field

from registry.events.clip import ClipDelivered
from registry.events.envelope import Recorded
from registry.events.marks import BASES, C2paState, Depiction, DisclosureBasis, DisclosureRole
from registry.events.personal import GONE, known
from registry.events.references import Purpose, StoredBytes
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.clips import CLIPS, marks_of
from registry.views.depicting import depictions
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add


class DisclosureRow(Declared):
    """One delivery; `record` is the event as JSON."""

    __tablename__ = "view_disclosures"
    __table_args__ = (
        Index("disclosures_by_clip", "log", "clip", "position"),
        Index("disclosures_by_digest", "log", "sha256"),
    )

    log: str = Field(primary_key=True)
    delivery: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    clip: str
    sha256: str
    delivered_at: int = Field(sa_type=BigInteger)
    delivered_by: str
    record: bytes


DISCLOSURES = DisclosureRow.__table__
_SCENES: Final = table("view_scenes", column("log"), column("scene"), column("production"))


class DisclosureCard(Card):
    """The disclosure record of a delivery, where it stands in the log, and the key that delivered.

    `says` is the basis in words, after Article 50 of Regulation (EU) 2024/1689. `delivered` are the bytes that were handed over;
    with a `manifest` they are a copy that bears our C2PA manifest of that label, else the clip as the provider made it. The
    `accepted` are reasons for cautions by their ids.
    """

    id: str
    position: int
    clip: str
    delivered_at: int
    delivered_by: str
    to: str
    role: DisclosureRole
    basis: DisclosureBasis
    says: str
    reviewer: str
    note: str
    purpose: Purpose
    ai_generated: bool | None
    depicts_real_person: Depiction
    consents: tuple[str, ...]
    delivered: StoredBytes
    manifest: str | None
    accepted: dict[str, str]


class DisclosedCard(Card):
    """What a clip says of itself: whether a machine made it and a real person is depicted, and the state of its C2PA manifest."""

    clip: str
    ai_generated: bool | None
    depicts_real_person: Depiction
    c2pa: C2paState


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, ClipDelivered):
            add(connection, DISCLOSURES, _row(recorded, recorded.event))


def _row(recorded: Recorded, event: ClipDelivered) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "delivery": event.delivery,
        "position": recorded.position,
        "clip": recorded.stream,
        "sha256": event.delivered.sha256,
        "delivered_at": recorded.recorded_at,
        "delivered_by": recorded.actor,
        "record": event.model_dump_json().encode(),
    }


PROJECTION = Projection("disclosures", (DISCLOSURES,), frozenset({"ClipDelivered"}), _project)


def disclosure(connection: Connection, log: str, delivery: str) -> DisclosureCard:
    """One delivery. Raises NotFound."""
    return _card(one_row(connection, DISCLOSURES, log, "delivery", delivery))


def disclosures(
    connection: Connection,
    log: str,
    *,
    span: Span = FIRST,
    clip: str | None = None,
    sha256: str | None = None,
    within: Collection[str] = (),
) -> Page[DisclosureCard]:
    """Deliveries in order: of a clip, of bytes with that digest, of clips in these productions, or all."""
    query = select(DISCLOSURES).where(DISCLOSURES.c.log == log)
    if clip is not None:
        query = query.where(DISCLOSURES.c.clip == clip)
    if sha256 is not None:
        query = query.where(DISCLOSURES.c.sha256 == sha256)
    if within:
        scenes = select(_SCENES.c.scene).where(_SCENES.c.log == log, _SCENES.c.production.in_(within))
        theirs = select(CLIPS.c.clip).where(CLIPS.c.log == log, CLIPS.c.scene.in_(scenes))
        query = query.where(DISCLOSURES.c.clip.in_(theirs))
    rows, cursor = rows_page(connection, query, DISCLOSURES, span)
    return Page(items=tuple(map(_card, rows)), next=cursor)


_DISCLOSED: Final = (
    select(CLIPS.c.clip, CLIPS.c.ai_generated, CLIPS.c.marks)
    .where(CLIPS.c.log == bindparam("of_log"), CLIPS.c.clip.in_(bindparam("these", expanding=True)))
    .order_by(CLIPS.c.position)
)


def disclosed_among(connection: Connection, log: str, clips: Sequence[str]) -> tuple[DisclosedCard, ...]:
    """What each of some clips says of itself, in the order they were recorded."""
    if not clips:
        return ()
    depicted = depictions(connection, log, clips)
    return tuple(
        DisclosedCard(
            clip=row.clip,
            ai_generated=row.ai_generated,
            depicts_real_person=depicted[row.clip],
            c2pa=marks_of(row.marks).c2pa.state,
        )
        for row in connection.execute(_DISCLOSED, {"of_log": log, "these": [*clips]}).all()
    )


def _card(row: Row[Any]) -> DisclosureCard:
    said = ClipDelivered.model_validate_json(row.record)
    return DisclosureCard(
        id=said.delivery,
        position=row.position,
        clip=row.clip,
        delivered_at=row.delivered_at,
        delivered_by=row.delivered_by,
        to=known(said.to, GONE),
        reviewer=known(said.reviewer, GONE),
        note=known(said.note, GONE),
        accepted=known(said.accepted, {}),
        says=BASES[said.basis][1],
        **said.model_dump(exclude={"delivery", "to", "reviewer", "note", "accepted"}),
    )
