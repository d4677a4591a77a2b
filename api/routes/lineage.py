"""Lineage: what anything was made from, and what was made from it."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.routes.answering import Answer, answer_card
from api.routes.commanding import Visit
from registry.views import lineage as view
from registry.views.lineage import Direction, Lineage

Depth = Annotated[int, QueryParameter(ge=1, le=100, description="How many steps.")]


@get("/{thing:str}", sync_to_thread=True)
def show_lineage(
    thing: FromPath[str],
    visit: NamedDependency[Visit],
    direction: FromQuery[Direction] = "ancestors",
    depth: Depth = 20,
) -> Answer[Lineage]:
    """The steps from a clip, asset, element, character, scene or account, nearest first; at most 1,000.

    A generation or a submission stands for the clip it came to: the answer's `id` is that clip.
    """
    return answer_card(visit.read(view.lineage, thing, direction=direction, depth=depth))


ROUTES: Any = Router("/lineage", route_handlers=[show_lineage], opt={"reach": "studio"}, tags=["Lineage"])
