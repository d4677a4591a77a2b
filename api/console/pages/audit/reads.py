"""Who looked? Reads of what shows or concerns a real person. No picture stands here: looking at it would be another read."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.console.pages.audit.spans import SPAN
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit
from registry.events.ids import SYSTEM_LOG
from registry.views import reads as view
from registry.views.naming import names_of
from registry.views.page import Span


@get("/reads", sync_to_thread=True)
def list_reads(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    thing: FromQuery[str] = "",
    key: FromQuery[str] = "",
) -> Response[str]:
    """Reads of the studio's bytes; of one thing, or by one key."""
    wanted = {"thing": thing.strip() or None, "key": key.strip() or None}
    with visit.registry.reading(SYSTEM_LOG) as connection:
        found = view.reads(connection, visit.studio, **wanted, span=span)
    named = {one for read in found.items for one in (read.thing, *read.persons)}
    return page(
        request,
        "audit/reads.html",
        title="Who looked",
        visit=visit,
        found=found,
        wanted=wanted,
        span=span,
        names=visit.read(names_of, named),
    )


ROUTES: Any = Router("/", route_handlers=[list_reads], dependencies=SPAN, opt={"reads": "auditor"})
