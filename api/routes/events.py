"""The feed: every event of the studio in its order, without holes."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from api.bodies import FeedEvent
from api.errors import Web, invalid
from api.routes.answering import After, Answer, Limit, answer_page
from api.routes.commanding import Visit
from api.routes.waiting import Wait, Watch
from registry.events.catalogue import EVENTS
from registry.events.envelope import Recorded
from registry.views.page import Page

_TYPES = frozenset(name for name, _ in EVENTS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: after a position, of one stream or type, so many at most."""

    after: int
    limit: int
    stream: str | None
    type: str | None


async def _provide_wanted(
    after: After = 0,
    limit: Limit = 100,
    stream: FromQuery[str | None] = None,
    type: FromQuery[str | None] = None,
) -> Wanted:
    if type is not None and type not in _TYPES:
        raise invalid([{"path": "?type", "message": "no event has this name", "value": type}])
    return Wanted(after, limit, stream, type)


@get("/", dependencies={"wanted": Provide(_provide_wanted)})
async def list_events(
    request: Web,
    visit: NamedDependency[Visit],
    watch: NamedDependency[Watch],
    wanted: NamedDependency[Wanted],
    wait: Wait = 0,
) -> Answer[Page[FeedEvent]]:
    """Events after a position; `stream` and `type` narrow them, `wait` waits when there is none yet.

    To follow, ask again after the last `position` you were given: nothing can appear before it later.
    """

    def read() -> list[Recorded]:
        return visit.registry.feed.after(
            visit.studio, wanted.after, limit=wanted.limit + 1, stream=wanted.stream, type=wanted.type
        )

    found = await watch.until(visit.studio, read, bool, wait=wait)
    items = tuple(_seen(recorded) for recorded in found[: wanted.limit])
    following = items[-1].position if len(found) > wanted.limit else None
    return answer_page(request, Page[FeedEvent](items=items, next=following))


def _seen(recorded: Recorded) -> FeedEvent:
    return FeedEvent(
        position=recorded.position,
        stream=recorded.stream,
        version=recorded.version,
        type=recorded.type,
        schema_version=recorded.schema_version,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        request_id=recorded.request_id,
        causation_id=recorded.causation_id,
        correlation_id=recorded.correlation_id,
        event_id=recorded.event_id,
        body=recorded.event.model_dump(mode="json"),
        body_base64=b64encode(recorded.body).decode(),
        leaf_hash=recorded.leaf_hash.hex(),
    )


ROUTES: Any = Router("/events", route_handlers=[list_events], tags=["Events"])
