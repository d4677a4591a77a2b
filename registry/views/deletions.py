"""Which elements and voices are to be deleted at the provider, and are not yet?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, select
from sqlmodel import Field

from registry.events.element import ElementDeleted, ElementMintFailed, ElementRetired
from registry.events.envelope import Recorded
from registry.events.voice import VoiceDeleted, VoiceMintFailed, VoiceRetired
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.rows import add, remove


class DeletionRow(Declared):
    """An element or a voice that was retired with the order to delete it; gone when it is deleted, or was never made."""

    __tablename__ = "view_deletions"

    log: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    ordered_at: int = Field(sa_type=BigInteger)


DELETIONS = DeletionRow.__table__


class Deletion(NamedTuple):
    """One that is open; `log` is its studio, `stream` the element or voice."""

    log: str
    stream: str


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        mine = {"log": recorded.log, "stream": recorded.stream}
        match recorded.event:
            case ElementRetired(delete=True) | VoiceRetired(delete=True):
                add(connection, DELETIONS, {**mine, "ordered_at": recorded.recorded_at})
            case ElementDeleted() | VoiceDeleted() | ElementMintFailed() | VoiceMintFailed():
                remove(connection, DELETIONS, mine)


_EVENTS = (
    *(ElementRetired, ElementDeleted, ElementMintFailed),
    *(VoiceRetired, VoiceDeleted, VoiceMintFailed),
)
PROJECTION = Projection("deletions", (DELETIONS,), frozenset(event.NAME for event in _EVENTS), _project)


def open_deletions(connection: Connection, *, most: int, log: str | None = None) -> list[Deletion]:
    """The oldest orders that are not carried out, of one studio or of all."""
    query = select(DELETIONS.c.log, DELETIONS.c.stream)
    if log is not None:
        query = query.where(DELETIONS.c.log == log)
    rows = connection.execute(query.order_by(DELETIONS.c.ordered_at, DELETIONS.c.stream).limit(most))
    return [Deletion(row.log, row.stream) for row in rows]
