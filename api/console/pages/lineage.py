"""What was anything made from, and what was made of it? Drawn, and in pages."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from api.console import lineage as seen
from api.console.lineage import Look, provide_look, traced
from api.console.places import node_of
from api.console.rendering import page
from api.errors import Web
from api.routes.answering import After
from api.routes.commanding import Visit
from api.routes.lineage import Through
from registry.views.kinds import GRADES, KINDS
from registry.views.steps import Direction

LOOK: Any = {"look": Provide(provide_look)}


@get("/{thing:str}", dependencies=LOOK, sync_to_thread=True)
def show_lineage(
    request: Web, thing: FromPath[str], visit: NamedDependency[Visit], look: NamedDependency[Look]
) -> Response[Any]:
    """A thing in the middle of what it was made from and what was made of it."""
    found = visit.read(traced, thing, look)
    if look.at is not None:
        return at_position(request.url.path, found)
    return page(
        request,
        "lineage.html",
        title=f"Lineage of {found.called(found.thing.id)}",
        visit=visit,
        traced=found,
        about=node_of(found.thing.id),
        **WORDS,
    )


@get("/{thing:str}/steps", dependencies=LOOK, sync_to_thread=True)
def list_steps(  # noqa: PLR0913 - a page of a list, and how it is looked at
    request: Web,
    thing: FromPath[str],
    visit: NamedDependency[Visit],
    look: NamedDependency[Look],
    *,
    direction: FromQuery[Direction] = "ancestors",
    after: After = 0,
    through: Through = None,
) -> Response[Any]:
    """Every step of one way in words, nearest first."""
    steps, names = visit.read(seen.listed, thing, direction, look, after=after, through=through)
    title = "What it was made from" if direction == "ancestors" else "What was made of it"
    return page(
        request,
        "steps.html",
        title=title,
        visit=visit,
        steps=steps,
        names=names,
        thing=steps.id,
        look=look,
        **WORDS,
    )


def at_position(path: str, found: seen.Traced, *, anchor: str = "lineage") -> Response[None]:
    """To the address that says the position itself: it means the same whatever is added later."""
    return Response(None, status_code=303, headers={"Location": f"{seen.address(path, found.look)}#{anchor}"})


WORDS: Any = {"kinds": KINDS, "grades": GRADES, "address": seen.address}
ROUTES: Any = Router("/lineage", route_handlers=[show_lineage, list_steps], opt={"reach": "studio"})
