"""What was set aside for each paid call, what became of it, and what a production has spent?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Index, Row, func, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.production import BudgetReleased, BudgetReserved, BudgetSettled
from registry.events.references import plain
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.generations import GENERATIONS
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.productions import production as production_card
from registry.views.rows import add, change, find


class SpendRow(Declared):
    """One paid call in its production's books."""

    __tablename__ = "view_spend"
    __table_args__ = (Index("spend_by_production", "log", "production", "position"),)

    log: str = Field(primary_key=True)
    submission: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    production: str
    subject: str
    reserved: str
    settled: str | None
    released: str | None
    basis: str | None
    reserved_at: int = Field(sa_type=BigInteger)
    closed_at: int | None = Field(default=None, sa_type=BigInteger)


SPEND = SpendRow.__table__
AMOUNTS = (SPEND.c.reserved, SPEND.c.settled, SPEND.c.released, SPEND.c.basis)


class SpendLine(Card):
    """One paid call for `subject`, in units.

    While it is open only `reserved_units` is there. At its end `settled_units` is what it cost (`basis` charged: the provider
    said so; assumed: nobody knows, so all of it counts), or `released_units` is what came back because nothing was charged.
    """

    submission: str
    subject: str
    reserved_units: str
    settled_units: str | None
    released_units: str | None
    basis: str | None
    reserved_at: int
    closed_at: int | None


class Sums(Card):
    """The same for several calls, in units.

    `set_aside_units` is all that was ever reserved, and comes to `reserved_units` (still open) + `settled_units` +
    `released_units` - `over_units`; the last is what was charged beyond its reservation (invariant I8). `calls` counts calls,
    `open` those without an end, `assumed` those settled without the provider's word.
    """

    set_aside_units: str
    reserved_units: str
    settled_units: str
    released_units: str
    over_units: str
    calls: int
    open: int
    assumed: int


class SceneSums(Sums):
    """What the generations of one scene cost."""

    scene: str


class Spend(Card):
    """A production's money: its budget (null: no limit), what is left of it, and the sums of its paid calls."""

    production: str
    version: int
    budget_units: str | None
    left_units: str | None
    sums: Sums
    scenes: tuple[SceneSums, ...]


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case BudgetReserved() as event:
                add(connection, SPEND, _row(recorded, event))
            case BudgetSettled() as event:
                _close(connection, recorded, event.submission, settled=event.units, basis=event.basis)
            case BudgetReleased() as event:
                _close(connection, recorded, event.submission, released=event.units)


def _row(recorded: Recorded, event: BudgetReserved) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "submission": event.submission,
        "position": recorded.position,
        "production": recorded.stream,
        "subject": event.subject,
        "reserved": event.units,
        "reserved_at": recorded.recorded_at,
    }


def _close(connection: Connection, recorded: Recorded, submission: str, **values: str) -> None:
    which = {"log": recorded.log, "submission": submission}
    change(connection, SPEND, where=which, values={"closed_at": recorded.recorded_at, **values})


PROJECTION = Projection(
    "spend", (SPEND,), frozenset({"BudgetReserved", "BudgetSettled", "BudgetReleased"}), _project
)


def spend(connection: Connection, log: str, production: str) -> Spend:
    """A production's money. Raises NotFound."""
    card = production_card(connection, log, production)
    sums = sums_of(_counted(connection, log, production))
    committed = Decimal(sums.reserved_units) + Decimal(sums.settled_units)
    left = None if card.budget_units is None else max(Decimal(0), Decimal(card.budget_units) - committed)
    return Spend(
        production=card.id,
        version=card.version,
        budget_units=card.budget_units,
        left_units=None if left is None else plain(left),
        sums=sums,
        scenes=_by_scene(connection, log, production),
    )


def of_scene(connection: Connection, log: str, scene: str) -> SceneSums:
    """What the generations of a scene cost."""
    paid = (SPEND.c.log == GENERATIONS.c.log) & (SPEND.c.submission == GENERATIONS.c.submission)
    rows = connection.execute(
        select(*AMOUNTS, func.count().label("calls"))
        .select_from(GENERATIONS.join(SPEND, paid))
        .where(GENERATIONS.c.log == log, GENERATIONS.c.scene == scene)
        .group_by(*AMOUNTS)
    ).all()
    return SceneSums(scene=scene, **dict(sums_of(rows)))


def lines(connection: Connection, log: str, *, production: str, span: Span = FIRST) -> Page[SpendLine]:
    """The paid calls of a production, oldest first. Raises NotFound."""
    production_card(connection, log, production)
    query = select(SPEND).where(SPEND.c.log == log, SPEND.c.production == production)
    rows, cursor = rows_page(connection, query, SPEND, span)
    return Page(items=tuple(_line(row) for row in rows), next=cursor)


def line_of(connection: Connection, log: str, submission: str) -> SpendLine | None:
    """What a paid call came to; None of one that no budget pays."""
    rows = find(connection, SPEND, {"log": log, "submission": submission})
    return _line(rows[0]) if rows else None


def _line(row: Row[Any]) -> SpendLine:
    return SpendLine(
        submission=row.submission,
        subject=row.subject,
        reserved_units=row.reserved,
        settled_units=row.settled,
        released_units=row.released,
        basis=row.basis,
        reserved_at=row.reserved_at,
        closed_at=row.closed_at,
    )


def _counted(connection: Connection, log: str, production: str) -> Sequence[Row[Any]]:
    """How many calls have the same amounts: prices are few, so exact sums are short (no database adds decimals in text)."""
    return connection.execute(
        select(*AMOUNTS, func.count().label("calls"))
        .where(SPEND.c.log == log, SPEND.c.production == production)
        .group_by(*AMOUNTS)
    ).all()


def _by_scene(connection: Connection, log: str, production: str) -> tuple[SceneSums, ...]:
    mine = (GENERATIONS.c.log == SPEND.c.log) & (GENERATIONS.c.generation == SPEND.c.subject)
    rows = connection.execute(
        select(GENERATIONS.c.scene, *AMOUNTS, func.count().label("calls"))
        .select_from(SPEND.join(GENERATIONS, mine))
        .where(SPEND.c.log == log, SPEND.c.production == production)
        .group_by(GENERATIONS.c.scene, *AMOUNTS)
    ).all()
    scenes = sorted({row.scene for row in rows})
    return tuple(
        SceneSums(scene=scene, **dict(sums_of(row for row in rows if row.scene == scene))) for scene in scenes
    )


class Counted(NamedTuple):
    """So many calls with the same amounts, in the order of `AMOUNTS`."""

    reserved: str
    settled: str | None
    released: str | None
    basis: str | None
    calls: int


def sums_of(rows: Iterable[Row[Any] | Counted]) -> Sums:
    """The sums of so many calls (`calls`) with the same amounts each."""
    aside = opened = settled = released = over = Decimal(0)
    calls = still = assumed = 0
    for row in rows:
        reserved, spent = Decimal(row.reserved), Decimal(row.settled or 0)
        aside += reserved * row.calls
        calls += row.calls
        if row.settled is not None:
            settled += spent * row.calls
            released += max(Decimal(0), reserved - spent) * row.calls
            over += max(Decimal(0), spent - reserved) * row.calls
            assumed += row.calls if row.basis == "assumed" else 0
        elif row.released is not None:
            released += Decimal(row.released) * row.calls
        else:
            opened += reserved * row.calls
            still += row.calls
    return Sums(
        set_aside_units=plain(aside),
        reserved_units=plain(opened),
        settled_units=plain(settled),
        released_units=plain(released),
        over_units=plain(over),
        calls=calls,
        open=still,
        assumed=assumed,
    )
