"""Which shows are there, and how far is each? The first page, and a board per production."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.console.progress import progress
from api.console.rendering import page
from api.console.waits import waits_of
from api.errors import Web
from api.routes.commanding import Visit
from generation.queued import Waits
from generation.restoring import restored
from registry.views import accounts, boards, characters, productions, spend
from registry.views.costing import balances
from registry.views.naming import names_of
from registry.views.page import Span

_SCENES_A_PAGE: Final = 24


@get("/", sync_to_thread=True)
def home() -> Response[None]:
    """The console begins with the productions."""
    return Response(None, status_code=303, headers={"Location": "/console/productions"})


@get("/productions", sync_to_thread=True)
def list_productions(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Response[str]:
    """The productions one may see, how large each is, and a form to open another."""
    shown = visit.read(productions.productions, span=span, within=visit.within)
    return page(
        request,
        "productions.html",
        title="Productions",
        visit=visit,
        productions=shown,
        sizes=visit.read(boards.sizes_of, [one.id for one in shown.items]),
        money={one.production: one for one in visit.read(balances, span=span, within=visit.within).items},
        accounts=visit.read(accounts.accounts).items,
    )


@get("/productions/{production:str}", sync_to_thread=True)
def show_board(
    request: Web, production: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Response[str]:
    """The scenes of a production in the order of the story: who plays, what was made last, what it cost, what waits."""
    card = visit.read(productions.production, production)
    span = replace(span, limit=min(span.limit, _SCENES_A_PAGE))
    scenes = visit.read(boards.in_story_order, card, span=span)
    ids = [scene.id for scene in scenes.items]
    takes = visit.read(boards.takes_in, [*ids, card.unplaced])
    waits = defaultdict[str, list[Waits]](list)
    for one in waits_of(visit, production=card.id):
        waits[one.scene or card.unplaced].append(one)
    money = visit.read(spend.spend, card.id)
    cast = {member.character for scene in scenes.items for member in scene.cast}
    people = {one.id: one for one in visit.read(characters.find_characters, cast)}
    return page(
        request,
        "board.html",
        title=card.name,
        visit=visit,
        production=card,
        scenes=scenes,
        takes=takes,
        stopped=restored(visit.continuity.desk(), visit.studio),
        waits=waits,
        money=money,
        costs={one.scene: one for one in money.scenes},
        progress={one.id: progress(one, takes.get(one.id), waits[one.id]) for one in scenes.items},
        cast={one.id: [people[member.character] for member in one.cast] for one in scenes.items},
        names=visit.read(names_of, [card.account] if card.account else []),
        accounts=visit.read(accounts.accounts).items,
    )


ROUTES: Any = Router("/", route_handlers=[home, list_productions, show_board], opt={"reach": "production"})
