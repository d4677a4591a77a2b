"""The queue: what waits for what, and when each will run."""

from __future__ import annotations

from typing import Any, NamedTuple

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from api.errors import Web
from api.routes.answering import Answer, answer_page
from api.routes.commanding import Visit
from generation.queue import queue_now
from generation.queued import QueueNow
from generation.restoring import restored
from registry.views.page import Span


class Wanted(NamedTuple):
    """Which of the open generations: all where nothing is said."""

    production: str | None
    scene: str | None
    account: str | None
    model: str | None


def provide_wanted(
    production: FromQuery[str | None] = None,
    scene: FromQuery[str | None] = None,
    account: FromQuery[str | None] = None,
    model: FromQuery[str | None] = None,
) -> Wanted:
    """The filters of a request."""
    return Wanted(production, scene, account, model)


@get("/", dependencies={"wanted": Provide(provide_wanted, sync_to_thread=False)}, sync_to_thread=True)
def show_queue(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    wanted: NamedDependency[Wanted],
) -> Answer[QueueNow]:
    """Every generation that has not ended, in the order it was asked for: what it waits for, its place in its lane's order, and
    when it will run and be done, from measured durations. With every page come all lanes and alarms, and why nothing is sent when
    the database is older than what was sent from it.
    """
    now, slots = visit.registry.clock(), visit.continuity.settings.kling_slots
    stopped = restored(visit.continuity.desk(), visit.studio)
    with visit.registry.snapshot(visit.studio) as connection:
        page = queue_now(connection, visit.studio, now=now, slots=slots, span=span, **wanted._asdict())
    return answer_page(request, page.model_copy(update={"restored": stopped}))


ROUTES: Any = Router("/queue", route_handlers=[show_queue], opt={"reach": "studio"}, tags=["Queue"])
