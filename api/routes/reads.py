"""Reads: who was handed what shows a real person. For auditors."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from api.errors import Web
from api.routes.answering import Answer, answer_page
from api.routes.commanding import Visit
from registry.events.ids import SYSTEM_LOG
from registry.views import reads as view
from registry.views.page import Page, Span
from registry.views.reads import ReadCard

Thing = Annotated[
    str | None, QueryParameter(description="Of this asset or clip, or exports of this studio, alone.")
]
Key = Annotated[str | None, QueryParameter(description="By this key alone (or `operator`, or `relay`).")]


@get("/", sync_to_thread=True)
def list_reads(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    thing: Thing = None,
    key: Key = None,
) -> Answer[Page[ReadCard]]:
    """Reads of bytes that show or concern a real person, of documents, and exports, in the order they were made.

    Each is on record before its bytes went out: by which key and holder, in which form and part, under which request, and where
    the studio's log ended then.
    """
    with visit.registry.reading(SYSTEM_LOG) as connection:
        page = view.reads(connection, visit.studio, thing=thing, key=key, span=span)
    return answer_page(request, page)


ROUTES: Any = Router(
    "/reads",
    route_handlers=[list_reads],
    opt={"reach": "studio", "reads": "auditor", "log": SYSTEM_LOG},
    tags=["Reads"],
)
