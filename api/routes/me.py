"""Who am I, and which studios are there? A key opens one studio, so that is the only one it sees."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from api.access import Me
from api.errors import Web
from api.routes.answering import Answer, answer_card, answer_page
from api.routes.commanding import Visit
from api.routes.keys import units_today
from registry.events.ids import SYSTEM_LOG
from registry.views import access
from registry.views.access import StudioCard
from registry.views.page import Page


def _studio(visit: Visit) -> StudioCard:
    with visit.registry.reading(SYSTEM_LOG) as connection:
        return next(studio for studio in access.studios(connection) if studio.id == visit.studio)


@get("/me", sync_to_thread=True)
def me(visit: NamedDependency[Visit]) -> Answer[Me]:
    """Who this key is, which studio it opens, and what limits it has."""
    studio = _studio(visit)
    with visit.registry.reading(SYSTEM_LOG) as connection:
        found = access.find_key(connection, visit.caller.key)
    if found is None:
        raise RuntimeError(f"{visit.caller.key} opened the door and is not there")
    key = access.shown(found)
    return answer_card(
        Me(
            key=visit.caller.key,
            holder=visit.caller.holder,
            roles=visit.caller.roles,
            studio=studio.id,
            studio_name=studio.name,
            productions=key.productions,
            limits=key.limits,
            units_today=units_today(visit, key),
        )
    )


@get("/studios", sync_to_thread=True)
def studios(request: Web, visit: NamedDependency[Visit]) -> Answer[Page[StudioCard]]:
    """The studios this key opens."""
    return answer_page(request, Page[StudioCard](items=(_studio(visit),)))


ROUTES: Any = Router(
    "/",
    route_handlers=[me, studios],
    opt={"reach": "library", "reads": "anybody", "log": SYSTEM_LOG},
    tags=["Studio"],
)
