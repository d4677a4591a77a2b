"""Who was handed the bytes of a real person, and when?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Row, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.reads import BytesRead, Form
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.access import KEYS
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.rows import add_all


class ReadRow(Declared):
    """One read, by its position in the system log; persons with spaces between them."""

    __tablename__ = "view_reads"
    __table_args__ = (
        Index("reads_by_studio", "studio", "position"),
        Index("reads_by_thing", "studio", "thing", "position"),
        Index("reads_by_key", "studio", "key", "position"),
    )

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    studio: str
    key: str
    thing: str
    form: str
    part: str
    persons: str
    request_id: str
    log_position: int = Field(sa_type=BigInteger)
    read_at: int = Field(sa_type=BigInteger)


READS = ReadRow.__table__


class ReadCard(Card):
    """A read. `key` was held by `holder`, where it was one of ours; `persons` are those shown, as far as was known then.

    `part` is the range that was asked for, empty for the whole; `log_position` is where the studio's log ended, `position` where
    the read stands in the log of reads.
    """

    position: int
    key: str
    holder: str | None
    thing: str
    form: Form
    part: str
    persons: tuple[str, ...]
    request_id: str
    log_position: int
    read_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    add_all(connection, READS, [_row(one, one.event) for one in events if isinstance(one.event, BytesRead)])


def _row(recorded: Recorded, event: BytesRead) -> dict[str, Any]:
    return {
        "position": recorded.position,
        "studio": event.studio,
        "key": recorded.actor,
        "thing": event.thing,
        "form": event.form,
        "part": event.part,
        "persons": " ".join(event.persons),
        "request_id": recorded.request_id,
        "log_position": event.position,
        "read_at": recorded.recorded_at,
    }


PROJECTION = Projection("reads", (READS,), frozenset({"BytesRead"}), _project)


def reads(
    connection: Connection,
    studio: str,
    *,
    thing: str | None = None,
    key: str | None = None,
    span: Span = FIRST,
) -> Page[ReadCard]:
    """Reads of a studio's bytes in order; of one thing, or by one key, where they are named."""
    query = (
        select(READS, KEYS.c.holder)
        .outerjoin(KEYS, KEYS.c.key == READS.c.key)
        .where(READS.c.studio == studio)
    )
    if thing is not None:
        query = query.where(READS.c.thing == thing)
    if key is not None:
        query = query.where(READS.c.key == key)
    rows, cursor = rows_page(connection, query, READS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def _card(row: Row[Any]) -> ReadCard:
    said = {name: row._mapping[name] for name in ReadCard.model_fields if name != "persons"}
    return ReadCard(**said, persons=tuple(row.persons.split()))
