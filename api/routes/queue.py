"""The queue: what waits for what, and when each will run."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from api.errors import Web
from api.routes.answering import After, Answer, Limit, answer_page
from api.routes.commanding import Visit
from generation.queue import QueueNow, queue_now


@get("/", sync_to_thread=True)
def show_queue(
    request: Web,
    visit: NamedDependency[Visit],
    production: str | None = None,
    scene: str | None = None,
    account: str | None = None,
    model: str | None = None,
    after: After = 0,
    limit: Limit = 100,
) -> Answer[QueueNow]:
    """Every generation that has not ended, in the order it was asked for: what it waits for, its place in its lane's order, and
    when it will run and be done, from measured durations. With every page come all lanes and alarms.
    """
    with visit.registry.snapshot() as connection:
        page = queue_now(
            connection,
            visit.studio,
            now=visit.registry.clock(),
            slots=visit.continuity.settings.kling_slots,
            after=after,
            limit=limit,
            production=production,
            scene=scene,
            account=account,
            model=model,
        )
    return answer_page(request, page)


ROUTES: Any = Router("/queue", route_handlers=[show_queue], tags=["Queue"])
