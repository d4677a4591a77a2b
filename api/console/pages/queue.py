"""Who waits for what, and until when? Lanes with their slots, what a person must look at, and everything that has not ended."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.console.rendering import page
from api.console.way_out import OF_CODE
from api.errors import Web
from api.routes.commanding import Visit
from generation.queue import queue_now
from generation.queued import QueueNow
from generation.restoring import restored
from registry.views import accounts, naming, productions
from registry.views.accounts import AccountCard
from registry.views.page import Span

_MOST: Final = 500


@get("/money/queue", sync_to_thread=True)
def show_queue(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    production: FromQuery[str | None] = None,
) -> Response[str]:
    """The queue with its forecast; of one production, where it is named."""
    registry, now = visit.registry, visit.registry.clock()
    stopped = restored(visit.continuity.desk(), visit.studio)
    with registry.snapshot(visit.studio) as connection:
        queue = queue_now(
            connection,
            visit.studio,
            now=now,
            slots=visit.continuity.settings.kling_slots,
            span=span,
            production=production or None,
        )
        head = registry.head(connection, visit.studio)
        names = naming.names_of(connection, visit.studio, _named(queue))
        cards = accounts.accounts(connection, visit.studio, span=Span(limit=_MOST)).items
        shows = productions.called(connection, visit.studio, most=_MOST)
    return page(
        request,
        "queue.html",
        title="Queue",
        visit=visit,
        queue=queue.model_copy(update={"restored": stopped}),
        names=names,
        held=[card for card in cards if card.holds],
        codes=_codes(cards),
        productions=[show for show in shows if not show.closed],
        wanted=production or "",
        head=head,
        now=now,
    )


def _named(queue: QueueNow) -> set[str]:
    things = {lane.account for lane in queue.lanes}
    for one in queue.items:
        things |= {thing for thing in (one.production, one.scene, one.account) if thing is not None}
    return things


def _codes(cards: tuple[AccountCard, ...]) -> dict[int, Any]:
    """What to do about the codes under which accounts are held."""
    said = {hold.code for card in cards for hold in card.holds if hold.code is not None}
    return {code: OF_CODE[code] for code in said if code in OF_CODE}


ROUTES: Any = Router("/", route_handlers=[show_queue], opt={"reach": "studio"})
