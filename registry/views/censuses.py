"""When were an account's elements and voices counted at the provider, and what differed from our bindings?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field

from registry.events.account import CensusFinding, CensusTaken
from registry.events.envelope import Recorded
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add


class CensusRow(Declared):
    """One census; its report as the JSON of the event."""

    __tablename__ = "view_censuses"

    log: str = Field(primary_key=True)
    census: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    account: str = Field(index=True)
    report: bytes


CENSUSES = CensusRow.__table__


class CensusCard(Card):
    """What one census found; `ran_at` is microseconds since 1970. Each finding names its `actions`, the usual one first.

    `listed` counts what the provider listed, by kind. `complete` is false when `unread` names what could not be read; then
    nothing is said to be missing there. `counts` counts every finding, `findings` lists the gravest of them.
    """

    id: str
    account: str
    ran_at: int
    listed: dict[str, int]
    bindings: int
    complete: bool
    unread: tuple[str, ...]
    counts: dict[str, int]
    findings: tuple[CensusFinding, ...]
    omitted: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, CensusTaken):
            row = {
                "log": recorded.log,
                "census": recorded.event.census,
                "position": recorded.position,
                "account": recorded.stream,
                "report": recorded.event.model_dump_json(exclude={"census"}).encode(),
            }
            add(connection, CENSUSES, row)


PROJECTION = Projection("censuses", (CENSUSES,), frozenset({CensusTaken.NAME}), _project)


def census(connection: Connection, log: str, census: str) -> CensusCard:
    """One census. Raises NotFound."""
    return _card(one_row(connection, CENSUSES, log, "census", census))


def last_censuses(
    connection: Connection, log: str, *, span: Span = FIRST, account: str | None = None
) -> Page[CensusCard]:
    """The newest census of each account, or of one."""
    query = select(CENSUSES).where(CENSUSES.c.log == log)
    if account is not None:
        query = query.where(CENSUSES.c.account == account)
    later = CENSUSES.alias()
    follows = (
        select(later.c.census)
        .where(
            later.c.log == CENSUSES.c.log,
            later.c.account == CENSUSES.c.account,
            later.c.position > CENSUSES.c.position,
        )
        .exists()
    )
    rows, cursor = rows_page(connection, query.where(~follows), CENSUSES, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def _card(row: Row[Any]) -> CensusCard:
    return CensusCard(id=row.census, account=row.account, **orjson.loads(row.report))
