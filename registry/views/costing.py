"""What has each production spent of its budget, and what has each character cost?

A call counts for a character when the clip it paid for shows it, or was to show it, or when it made an element or a voice of it.
A clip with two people counts for both, so these sums overlap, and come to more than was spent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, case, func, select

from registry.events.references import plain
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.productions import MICRO, PRODUCTIONS
from registry.views.spend import AMOUNTS, SPEND, Sums, sums_of
from registry.views.uses import USES

_FILMED: Final = ("planned", "used")
_PAID_FOR: Final = case(
    (USES.c.how.in_(_FILMED), USES.c.generation),
    (USES.c.how == "depicted-by", USES.c.element),
    else_=USES.c.voice,
)
"""What was paid for, by the kind of the use."""
_PAYING: Final = (*_FILMED, "depicted-by", "has-voice")


class Balance(Card):
    """A production's money in short, in units: its budget (null: no limit), what is set aside for open calls, what was spent.

    `share` is how much of the budget is gone or set aside (1 is all of it), null where there is no limit.
    """

    production: str
    name: str
    closed: bool
    budget_units: str | None
    reserved_units: str
    settled_units: str
    share: float | None


class CharacterSums(Sums):
    """What the calls cost that a character is in."""

    character: str


def balances(
    connection: Connection, log: str, *, span: Span = FIRST, within: Collection[str] = ()
) -> Page[Balance]:
    """The productions' money, oldest production first; `within` these alone, where any are named."""
    query = select(PRODUCTIONS).where(PRODUCTIONS.c.log == log)
    if within:
        query = query.where(PRODUCTIONS.c.production.in_(within))
    rows, cursor = rows_page(connection, query, PRODUCTIONS, span)
    return Page[Balance](items=tuple(map(_balance, rows)), next=cursor)


def by_character(connection: Connection, log: str) -> tuple[CharacterSums, ...]:
    """What each character is in, the dearest first; those that nothing was paid for are not there."""
    characters = USES.c.thing.between("character_", "character`")
    paid_for = (
        select(USES.c.thing, _PAID_FOR.label("subject"))
        .where(USES.c.log == log, characters, USES.c.thing_look == "", USES.c.how.in_(_PAYING))
        .distinct()
        .subquery()
    )
    rows = connection.execute(
        select(paid_for.c.thing, *AMOUNTS, func.count().label("calls"))
        .select_from(paid_for.join(SPEND, SPEND.c.subject == paid_for.c.subject))
        .where(SPEND.c.log == log)
        .group_by(paid_for.c.thing, *AMOUNTS)
    )
    of_each: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        of_each[row.thing].append(row)
    found = [CharacterSums(character=one, **dict(sums_of(rows))) for one, rows in of_each.items()]
    return tuple(sorted(found, key=_dearest))


def _dearest(sums: CharacterSums) -> tuple[Decimal, str]:
    return -Decimal(sums.settled_units) - Decimal(sums.reserved_units), sums.character


def _balance(row: Row[Any]) -> Balance:
    gone = Decimal(row.reserved_micro + row.settled_micro) / MICRO
    budget = None if row.budget_units is None else Decimal(row.budget_units)
    return Balance(
        production=row.production,
        name=row.name,
        closed=row.closed,
        budget_units=row.budget_units,
        reserved_units=plain(Decimal(row.reserved_micro) / MICRO),
        settled_units=plain(Decimal(row.settled_micro) / MICRO),
        share=None if budget is None else float(gone / budget) if budget else 1.0,
    )
