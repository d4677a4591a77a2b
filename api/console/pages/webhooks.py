"""Whom we tell of what happens, how each of them fares, and what could not be told."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.inside import ask
from api.console.pages.once import ONCE, Kind, shown_once
from api.console.rendering import page, problem_page
from api.errors import Web
from api.routes.commanding import Visit, named
from registry.deciders.webhook import NAMES
from registry.views import deliveries, webhooks
from registry.views.page import Span

_LETTERS: Final = 50
_SECRET: Final = Kind(
    "secret", "Signing secret", "give it another one", "The webhook of", "/console/webhooks"
)


@get("/webhooks", sync_to_thread=True)
def list_webhooks(request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]) -> Response[str]:
    """Every webhook and how it fares, and the form to add one."""
    now = visit.registry.clock()
    with visit.registry.reading(visit.studio) as connection:
        found = webhooks.webhooks(connection, visit.studio, span=span)
        fares = deliveries.healths(connection, visit.studio, [one.id for one in found.items], now=now)
    return page(
        request,
        "webhooks.html",
        title="Webhooks",
        visit=visit,
        webhooks=found,
        fares=fares,
        types=sorted(NAMES),
        once=ONCE,
        now=now,
    )


@get("/webhooks/{webhook:str}", sync_to_thread=True)
def show_webhook(
    request: Web, webhook: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Response[str]:
    """One webhook: its target, how it fares, its dead letters."""
    named("webhook", webhook)
    now = visit.registry.clock()
    with visit.registry.reading(visit.studio) as connection:
        card = webhooks.webhook(connection, visit.studio, webhook)
        fares = deliveries.health(connection, visit.studio, webhook, now=now)
        letters = deliveries.dead_letters(connection, visit.studio, webhook, span=Span(span.after, _LETTERS))
        head = visit.registry.head(connection, visit.studio)
    return page(
        request,
        "webhook.html",
        title=f"Webhook of {card.holder}",
        visit=visit,
        webhook=card,
        fares=fares,
        letters=letters,
        head=head,
        types=sorted(NAMES),
        once=ONCE,
        now=now,
    )


@post("/webhooks/added", status_code=200)
async def add_webhook(request: Web, visit: NamedDependency[Visit], once: FromQuery[str]) -> Response[Any]:
    """Add a webhook as the form says, and show its signing secret, this once."""
    return await shown_once(request, visit, "/v1/webhooks", _SECRET, once=once, back="/console/webhooks")


@post("/webhooks/{webhook:str}/rotated", status_code=200)
async def rotate_webhook(
    request: Web, webhook: FromPath[str], visit: NamedDependency[Visit], once: FromQuery[str]
) -> Response[Any]:
    """Sign with another secret, and show it, likewise."""
    path, back = f"/v1/webhooks/{named('webhook', webhook)}/rotate", f"/console/webhooks/{webhook}"
    return await shown_once(request, visit, path, _SECRET, once=once, back=back)


@post("/webhooks/{webhook:str}/tried", status_code=200)
async def try_webhook(
    request: Web, webhook: FromPath[str], visit: NamedDependency[Visit], once: FromQuery[str]
) -> Response[Any]:
    """Send a test event now, and show what the receiver said."""
    told = await ask(request, "POST", f"/v1/webhooks/{named('webhook', webhook)}/test", {}, key=once)
    if not told.fine:
        return problem_page(request, told)
    back = f"/console/webhooks/{webhook}"
    return page(
        request, "tried.html", title="What the receiver said", visit=visit, tried=told.said, back=back
    )


ROUTES: Any = Router(
    "/",
    route_handlers=[list_webhooks, show_webhook, add_webhook, rotate_webhook, try_webhook],
    opt={"reach": "studio", "changes": "admin"},
    request_max_body_size=256 * 1024,
)
