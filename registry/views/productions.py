"""Which shows are there, and who pays for them?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.pins import CharacterPinned, PinReleased
from registry.events.production import (
    AccountChosen,
    ApprovalRuleSet,
    BudgetReleased,
    BudgetReserved,
    BudgetSet,
    BudgetSettled,
    ProductionClosed,
    ProductionOpened,
    ShareSet,
    TerritoriesSet,
)
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.pins import PinCard, pins_of
from registry.views.rows import add, change

MICRO: Final = 1_000_000
"""Of these parts a unit has in the books of this view."""


class ProductionRow(Declared):
    """One production; what is reserved for its calls under way and what is settled, in millionths of a unit, as no database adds
    decimals in text.
    """

    __tablename__ = "view_productions"

    log: str = Field(primary_key=True)
    production: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    name: str
    unplaced: str
    account: str | None
    budget_units: str | None
    approval_above_units: str | None
    weight: int
    territories: str
    closed: bool
    opened_at: int = Field(sa_type=BigInteger)
    reserved_micro: int = Field(sa_type=BigInteger)
    settled_micro: int = Field(sa_type=BigInteger)


PRODUCTIONS = ProductionRow.__table__


class ProductionCard(Card):
    """A production; `unplaced` is its scene for requests that name none.

    `budget_units` is the most it may spend in all (null: no limit), plans above `approval_above_units` wait for a person (null:
    none do), `weight` is its share when several productions wait for slots, `pins` are the characters it holds on to.
    `territories` are the countries it is released in (ISO 3166-1 alpha-2), empty for the whole world.
    """

    id: str
    version: int
    name: str
    unplaced: str
    account: str | None
    budget_units: str | None
    approval_above_units: str | None
    weight: int
    pins: tuple[PinCard, ...]
    territories: tuple[str, ...] = ()
    closed: bool
    opened_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case ProductionOpened() as event:
                add(connection, PRODUCTIONS, _opened(recorded, event))
            case AccountChosen() as event:
                _change(connection, recorded, account=event.account)
            case BudgetSet(units=units):
                _change(connection, recorded, budget_units=units)
            case ApprovalRuleSet(above_units=above):
                _change(connection, recorded, approval_above_units=above)
            case ShareSet(weight=weight):
                _change(connection, recorded, weight=weight)
            case TerritoriesSet(territories=territories):
                _change(connection, recorded, territories=" ".join(territories))
            case BudgetReserved(units=units):
                _book(connection, recorded, reserved=_micro(units))
            case BudgetSettled(units=units, reserved=reserved):
                _book(connection, recorded, reserved=-_micro(reserved), settled=_micro(units))
            case BudgetReleased(units=units):
                _book(connection, recorded, reserved=-_micro(units))
            case CharacterPinned() | PinReleased():
                _change(connection, recorded)  # the version callers name in If-Match
            case ProductionClosed():
                _change(connection, recorded, closed=True)


def _opened(recorded: Recorded, event: ProductionOpened) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "production": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "name": event.name,
        "unplaced": event.unplaced,
        "weight": 1,
        "territories": "",
        "closed": False,
        "opened_at": recorded.recorded_at,
        "reserved_micro": 0,
        "settled_micro": 0,
    }


def _book(connection: Connection, recorded: Recorded, *, reserved: int, settled: int = 0) -> None:
    """An entry in the production's books, in millionths."""
    entry = {"reserved_micro": reserved, "settled_micro": settled}
    change(connection, PRODUCTIONS, where=_here(recorded), values={"version": recorded.version}, more=entry)


def _micro(units: str) -> int:
    """Exact: units have six decimals at most."""
    return int(Decimal(units) * MICRO)


def _here(recorded: Recorded) -> dict[str, str]:
    return {"log": recorded.log, "production": recorded.stream}


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    change(connection, PRODUCTIONS, where=_here(recorded), values={"version": recorded.version, **values})


PROJECTION = Projection(
    "productions",
    (PRODUCTIONS,),
    frozenset(
        {
            "ProductionOpened",
            "AccountChosen",
            "BudgetSet",
            "BudgetReserved",
            "BudgetSettled",
            "BudgetReleased",
            "ApprovalRuleSet",
            "ShareSet",
            "TerritoriesSet",
            "ProductionClosed",
            "CharacterPinned",
            "PinReleased",
        }
    ),
    _project,
)


def production(connection: Connection, log: str, production: str) -> ProductionCard:
    """One production. Raises NotFound."""
    return _cards(connection, log, [one_row(connection, PRODUCTIONS, log, "production", production)])[0]


def productions(
    connection: Connection, log: str, *, span: Span = FIRST, within: Collection[str] = ()
) -> Page[ProductionCard]:
    """Productions, oldest first; `within` these alone, where any are named."""
    query = select(PRODUCTIONS).where(PRODUCTIONS.c.log == log)
    if within:
        query = query.where(PRODUCTIONS.c.production.in_(within))
    rows, cursor = rows_page(connection, query, PRODUCTIONS, span)
    return Page(items=tuple(_cards(connection, log, rows)), next=cursor)


class Called(NamedTuple):
    """What a choice of productions shows; `unplaced` is its own scene, for what stands in none."""

    id: str
    name: str
    unplaced: str
    closed: bool


def called(
    connection: Connection, log: str, *, most: int = 200, within: Collection[str] = ()
) -> list[Called]:
    """So many productions, oldest first, without what else is known of them; `within` these alone, where any are named."""
    table = PRODUCTIONS.c
    query = select(table.production, table.name, table.unplaced, table.closed).where(table.log == log)
    if within:
        query = query.where(table.production.in_(within))
    rows = connection.execute(query.order_by(table.position).limit(most))
    return [Called(row.production, row.name, row.unplaced, row.closed) for row in rows]


def _cards(connection: Connection, log: str, rows: Sequence[Row[Any]]) -> list[ProductionCard]:
    pins = pins_of(connection, log, [row.production for row in rows])
    return [_card(row, pins[row.production]) for row in rows]


def _card(row: Row[Any], pins: tuple[PinCard, ...]) -> ProductionCard:
    values = dict(row._mapping)
    for internal in ("log", "position", "reserved_micro", "settled_micro"):
        values.pop(internal)
    values["id"] = values.pop("production")
    values["territories"] = tuple(row.territories.split())
    return ProductionCard(**values, pins=pins)
