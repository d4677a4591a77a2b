"""Bring footage that was not made here: where it is from, where it stands, who is seen in it, on the word of who brings it."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.console.offering import places_to_film
from api.console.pages.assets import limits
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit
from registry.views import characters, likenesses, productions, scenes
from registry.views.page import Span

_PEOPLE: Final = Span(limit=200, newest=True)


@get("/footage", sync_to_thread=True)
def show_form(
    request: Web,
    visit: NamedDependency[Visit],
    *,
    scene: FromQuery[str] = "",
    shot: FromQuery[str] = "",
    production: FromQuery[str] = "",
) -> Response[str]:
    """The form for a scene, perhaps for one of its shots; without a scene the question for which, in a production or in all."""
    if not scene:
        places = visit.read(places_to_film, visit.within)
        if production:
            visit.must_reach(production)
            places = [(show, some) for show, some in places if show.id == production]
        return page(request, "footage-where.html", title="Bring footage", visit=visit, places=places)
    visit.must_reach(scene)
    card = visit.read(scenes.scene, scene)
    cast = [one.character for one in card.cast]
    everybody = visit.read(likenesses.likenesses, now=visit.registry.clock(), span=_PEOPLE).items
    return page(
        request,
        "footage.html",
        title="Bring footage",
        visit=visit,
        scene=card,
        production=visit.read(productions.production, card.production),
        cast=visit.read(characters.find_characters, cast),
        others=[one for one in visit.read(characters.castable) if one[0] not in cast],
        persons=[one for one in everybody if not one.characters and not one.erased],
        shot=shot,
        limits=limits(visit),
    )


ROUTES: Any = Router("/", route_handlers=[show_form], opt={"reach": "production"})
