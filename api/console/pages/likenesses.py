"""Real people: what they allowed, until when, who shows them, and what is left to do when they take it back."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.pages.assets import limits
from api.console.pages.using import lately, where_used
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit
from registry.views import assets, likenesses, productions
from registry.views.assets import AssetCard
from registry.views.naming import names_of
from registry.views.page import Span

_SHOWN: Final = 30
_DOCUMENTS: Final = Span(limit=50, newest=True)


@get("/likenesses", sync_to_thread=True)
def list_likenesses(request: Web, visit: NamedDependency[Visit], after: FromQuery[int] = 0) -> Response[str]:
    """Real people in order of registration, and a form to register another."""
    now = visit.registry.clock()
    found = visit.read(likenesses.likenesses, now=now, span=Span(after, _SHOWN))
    shown = {one for person in found.items for one in person.characters}
    return page(
        request,
        "likenesses.html",
        title="Real people",
        visit=visit,
        people=found,
        names=visit.read(names_of, sorted(shown)),
    )


@get("/likenesses/{likeness:str}", sync_to_thread=True)
def show_likeness(
    request: Web, likeness: FromPath[str], visit: NamedDependency[Visit], evidence: FromQuery[str] = ""
) -> Response[str]:
    """One real person; `evidence` is a document that was just handed in."""
    person = visit.read(likenesses.likeness, likeness, now=visit.registry.clock())
    shown = {*person.characters, *(one.character for one in person.refused)}
    named = {one for consent in person.consents for one in consent.productions}
    named &= set(visit.within) or named
    left = {one.character for one in (*person.follow_ups.elements, *person.follow_ups.voices)}
    return page(
        request,
        "likeness.html",
        title=person.name,
        visit=visit,
        person=person,
        names=visit.read(names_of, sorted(shown | named | left)),
        documents=_documents(visit, evidence),
        productions=visit.read(productions.called, within=visit.within),
        evidence=evidence,
        limits=limits(visit),
        used=where_used(visit, likeness),
        lately=None if visit.within else lately(visit, likeness),
    )


def _documents(visit: Visit, handed_in: str) -> list[AssetCard]:
    """What may prove a consent: the one just handed in, whatever it is, then the newest documents."""
    newest = visit.read(assets.assets, span=_DOCUMENTS, kind="document").items
    first = visit.read(assets.find_assets, [handed_in] if handed_in else [])
    return [*first.values(), *(one for one in newest if one.id not in first)]


ROUTES: Any = Router("/", route_handlers=[list_likenesses, show_likeness], opt={"reach": "library"})
