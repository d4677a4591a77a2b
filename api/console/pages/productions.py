"""Which shows are there? The first page."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency

from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit
from registry.views import accounts, productions
from registry.views.page import Span


@get("/", sync_to_thread=True)
def home() -> Response[None]:
    """The console begins with the productions."""
    return Response(None, status_code=303, headers={"Location": "/console/productions"})


@get("/productions", sync_to_thread=True)
def list_productions(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Response[str]:
    """The productions one may see, and a form to open another."""
    return page(
        request,
        "productions.html",
        title="Productions",
        visit=visit,
        productions=visit.read(productions.productions, span=span, within=visit.within),
        accounts=visit.read(accounts.accounts).items,
    )


ROUTES: Any = Router("/", route_handlers=[home, list_productions], opt={"reach": "production"})
