"""What did it cost? By production, by character, by paid call; and how much of budgets and of today's allowances is left."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.rendering import page
from api.errors import Web
from api.money import spend_answer
from api.routes.commanding import Visit, named
from api.routes.keys import units_today
from generation.prices import PRICED_ON
from registry.deciders.allowance import Allowance, allowance_of, day_of
from registry.events.ids import SYSTEM_LOG
from registry.events.references import plain
from registry.views import access, characters, costing, naming, productions, spend
from registry.views.access import KeyCard
from registry.views.page import Card, Span

_AT_ONCE: Final = 50
_FACES_AT_ONCE: Final = 20
"""Of characters, each of which is read whole for its face."""
_MOST_KEYS: Final = 500


class Day(Card):
    """What somebody has spent and set aside of a day's allowance, in units."""

    holder: str
    link: str
    spent_units: str
    most_units: str
    share: float


@get("/money", sync_to_thread=True)
def show_money(request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]) -> Response[str]:
    """Every production with its budget's bar, and how full today is for those whose day is limited."""
    return page(
        request,
        "money.html",
        title="Money and trouble",
        visit=visit,
        balances=visit.read(costing.balances, span=span, within=visit.within),
        days=() if visit.within else _days(visit),
        priced_on=PRICED_ON,
    )


@get("/money/productions/{production:str}", sync_to_thread=True)
def show_books(
    request: Web, production: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Response[str]:
    """One production's books: sums, scenes, and its paid calls, the newest first."""
    named("production", production)
    newest = Span(span.after, _AT_ONCE, newest=True)
    with visit.registry.snapshot(visit.studio) as connection:
        calls = spend.lines(connection, visit.studio, production=production, span=newest)
        whole = spend.spend(connection, visit.studio, production)
        names = naming.names_of(connection, visit.studio, [scene.scene for scene in whole.scenes])
        card = productions.production(connection, visit.studio, production)
    told = spend_answer(whole, calls.items, calls.next)
    return page(
        request,
        "books.html",
        title=f"{card.name}: money",
        visit=visit,
        production=card,
        books=told,
        names=names,
        share=_share(whole),
    )


@get("/money/characters", opt={"reach": "studio"}, sync_to_thread=True)
def list_costs(request: Web, visit: NamedDependency[Visit], after: FromQuery[int] = 0) -> Response[str]:
    """What each character cost, the dearest first; `after` so many of them."""
    found = visit.read(costing.by_character, after=max(0, after), limit=_FACES_AT_ONCE)
    cards = visit.read(characters.find_characters, [one.character for one in found.items])
    return page(
        request,
        "costs.html",
        title="What characters cost",
        visit=visit,
        costs=found,
        cards={card.id: card for card in cards},
    )


def _share(whole: spend.Spend) -> float | None:
    """How much of the budget is gone or set aside; None where there is no limit."""
    if whole.budget_units is None or whole.left_units is None:
        return None
    budget = float(whole.budget_units)
    return 1 - float(whole.left_units) / budget if budget else 1.0


def _days(visit: Visit) -> tuple[Day, ...]:
    """Today's allowances: the studio's for who may read, and those of keys for who may see keys."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        studio = access.studio(connection, visit.studio)
        keys: tuple[KeyCard, ...] = ()
        if "admin" in visit.caller.roles:
            keys = access.keys(connection, visit.studio, span=Span(limit=_MOST_KEYS)).items
    found = []
    if studio.limits.units_per_day is not None:
        state: Allowance = visit.registry.state(visit.studio, allowance_of(visit.studio)).state
        spent = plain(state.committed(day_of(visit.registry.clock())))
        found.append(_day(f"All of {studio.name}", "", spent, studio.limits.units_per_day))
    for key in keys:
        if key.limits.units_per_day is not None and not key.revoked:
            spent = units_today(visit, key) or "0"
            found.append(_day(key.holder, f"/console/keys/{key.id}", spent, key.limits.units_per_day))
    return tuple(found)


def _day(holder: str, link: str, spent: str, most: str) -> Day:
    share = float(spent) / float(most) if float(most) else 1.0
    return Day(holder=holder, link=link, spent_units=spent, most_units=most, share=share)


ROUTES: Any = Router("/", route_handlers=[show_money, show_books, list_costs], opt={"reach": "production"})
