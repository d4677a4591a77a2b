"""What was remarked on a clip, and where in it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field

from registry.events.clip import ClipNoted
from registry.events.envelope import Recorded
from registry.events.personal import GONE, known
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.rows import add


class NoteRow(Declared):
    """One remark on a clip."""

    __tablename__ = "view_notes"

    log: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    clip: str = Field(index=True)
    noted_at: int = Field(sa_type=BigInteger)
    noted_by: str
    at_us: int | None = Field(sa_type=BigInteger)
    text: str


NOTES = NoteRow.__table__


class NoteCard(Card):
    """A remark: where it stands in the log, the key that made it, its time code (`at_us`; None: on the whole clip)."""

    position: int
    clip: str
    noted_at: int
    noted_by: str
    at_us: int | None
    text: str


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, ClipNoted):
            add(connection, NOTES, _row(recorded, recorded.event))


def _row(recorded: Recorded, event: ClipNoted) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "position": recorded.position,
        "clip": recorded.stream,
        "noted_at": recorded.recorded_at,
        "noted_by": recorded.actor,
        "at_us": event.at_us,
        "text": known(event.text, GONE),
    }


PROJECTION = Projection("notes", (NOTES,), frozenset({"ClipNoted"}), _project)


def notes(connection: Connection, log: str, clip: str, *, span: Span = FIRST) -> Page[NoteCard]:
    """The remarks on a clip in the order they were made."""
    query = select(NOTES).where(NOTES.c.log == log, NOTES.c.clip == clip)
    rows, cursor = rows_page(connection, query, NOTES, span)
    return Page(items=tuple(map(_card, rows)), next=cursor)


def notes_on(connection: Connection, log: str, clips: Sequence[str]) -> dict[str, tuple[NoteCard, ...]]:
    """The remarks on each of some clips, in the order they were made."""
    query = select(NOTES).where(NOTES.c.log == log, NOTES.c.clip.in_(clips)).order_by(NOTES.c.position)
    cards = [_card(row) for row in connection.execute(query)]
    return {clip: tuple(card for card in cards if card.clip == clip) for clip in clips}


def newest_note(connection: Connection, log: str, clip: str, *, by: str) -> NoteCard:
    """The last remark that a key made on a clip, and it made one."""
    query = select(NOTES).where(NOTES.c.log == log, NOTES.c.clip == clip, NOTES.c.noted_by == by)
    return _card(connection.execute(query.order_by(NOTES.c.position.desc()).limit(1)).one())


def _card(row: Row[Any]) -> NoteCard:
    return NoteCard(**{name: value for name, value in row._mapping.items() if name != "log"})
