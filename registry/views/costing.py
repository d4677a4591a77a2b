"""What has each production spent of its budget, and what has each character cost?

A call counts for a character when the clip it paid for shows it, or was to show it, or when it made an element or a voice of it.
A clip with two people counts for both, so these sums overlap, and come to more than was spent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, case, func, select

from registry.events.references import plain
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.productions import MICRO, PRODUCTIONS
from registry.views.spend import AMOUNTS, SPEND, Counted, Sums, sums_of
from registry.views.uses import USES

_FILMED: Final = ("planned", "used")
_PAID_FOR: Final = case(
    (USES.c.how.in_(_FILMED), USES.c.generation),
    (USES.c.how == "depicted-by", USES.c.element),
    else_=USES.c.voice,
)
"""What was paid for, by the kind of the use."""
_PAYING: Final = (*_FILMED, "depicted-by", "has-voice")
_APART: Final = ","
"""Stands in no id."""


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


def by_character(connection: Connection, log: str, *, after: int = 0, limit: int = 50) -> Page[CharacterSums]:
    """What each character is in, the dearest first, `after` so many of them; those that nothing was paid for are not there.

    Uses and calls are met here: each is read once, where a database may read one of them for every row of the other. Ids
    of one group come as one text, which is a tenth of the work of as many rows.
    """
    together = func.aggregate_strings(SPEND.c.subject, _APART).label("subjects")
    kinds = connection.execute(select(*AMOUNTS, together).where(SPEND.c.log == log).group_by(*AMOUNTS)).all()
    paid: defaultdict[str, list[int]] = defaultdict(list)
    for number, kind in enumerate(kinds):
        for subject in kind.subjects.split(_APART):
            paid[subject].append(number)
    of_each: dict[str, list[Counted]] = {}
    for who, subjects in _what_shows_whom(connection, log):
        counts = Counter(number for subject in subjects for number in paid.get(subject, ()))
        if counts:
            of_each[who] = [Counted._make((*kinds[number][:-1], calls)) for number, calls in counts.items()]
    ranked = sorted(of_each, key=lambda who: (-sum(map(_worth, of_each[who])), who))
    some = ranked[after : after + limit]
    items = tuple(CharacterSums(character=who, **dict(sums_of(of_each[who]))) for who in some)
    return Page[CharacterSums](items=items, next=after + limit if len(ranked) > after + limit else None)


def _what_shows_whom(connection: Connection, log: str) -> list[tuple[str, set[str]]]:
    """Each character with what shows it, or was made of it; once, however often it stands on it."""
    characters = USES.c.thing.between("character_", "character`")
    whose = (USES.c.log == log, characters, USES.c.thing_look == "", USES.c.how.in_(_PAYING))
    together = func.aggregate_strings(_PAID_FOR, _APART).label("subjects")
    rows = connection.execute(select(USES.c.thing, together).where(*whose).group_by(USES.c.thing))
    return [(who, set(subjects.split(_APART))) for who, subjects in rows]


def _worth(counted: Counted) -> Decimal:
    """What so many calls have cost, or have set aside while they are open."""
    if counted.settled is not None:
        return Decimal(counted.settled) * counted.calls
    return Decimal(counted.reserved) * counted.calls if counted.released is None else Decimal(0)


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
