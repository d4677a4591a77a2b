"""Which shows are there, and who pays for them?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, insert, select, update
from sqlmodel import Field, SQLModel

from registry.events.envelope import Recorded
from registry.events.production import AccountChosen, ProductionClosed, ProductionOpened
from registry.log.roles import Projection
from registry.views.page import Card, Page, one_row, rows_page


class ProductionRow(SQLModel, table=True):
    """One production."""

    __tablename__ = "view_productions"

    log: str = Field(primary_key=True)
    production: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    name: str
    unplaced: str
    account: str | None
    closed: bool
    opened_at: int = Field(sa_type=BigInteger)


PRODUCTIONS = ProductionRow.__table__  # type: ignore[attr-defined]


class ProductionCard(Card):
    """A production; `unplaced` is its scene for requests that name none."""

    id: str
    version: int
    name: str
    unplaced: str
    account: str | None
    closed: bool
    opened_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case ProductionOpened() as event:
                connection.execute(
                    insert(PRODUCTIONS).values(
                        log=recorded.log,
                        production=recorded.stream,
                        position=recorded.position,
                        version=recorded.version,
                        name=event.name,
                        unplaced=event.unplaced,
                        account=None,
                        closed=False,
                        opened_at=recorded.recorded_at,
                    )
                )
            case AccountChosen() as event:
                _change(connection, recorded, account=event.account)
            case ProductionClosed():
                _change(connection, recorded, closed=True)


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    connection.execute(
        update(PRODUCTIONS)
        .where(PRODUCTIONS.c.log == recorded.log, PRODUCTIONS.c.production == recorded.stream)
        .values(version=recorded.version, **values)
    )


PROJECTION = Projection(
    "productions",
    (PRODUCTIONS,),
    frozenset({"ProductionOpened", "AccountChosen", "ProductionClosed"}),
    _project,
)


def production(connection: Connection, log: str, production: str) -> ProductionCard:
    """One production. Raises NotFound."""
    return _card(one_row(connection, PRODUCTIONS, log, "production", production))


def productions(
    connection: Connection, log: str, *, after: int = 0, limit: int = 100
) -> Page[ProductionCard]:
    query = select(PRODUCTIONS).where(PRODUCTIONS.c.log == log)
    rows, cursor = rows_page(connection, query, PRODUCTIONS, after=after, limit=limit)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def _card(row: Row[Any]) -> ProductionCard:
    return ProductionCard(
        id=row.production,
        version=row.version,
        name=row.name,
        unplaced=row.unplaced,
        account=row.account,
        closed=row.closed,
        opened_at=row.opened_at,
    )
