"""The feed: every event of the studio in its order, without holes; in pages, or as one answer that stays open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from api.errors import Web, invalid
from api.routes.answering import After, Answer, Limit, answer_page
from api.routes.commanding import Visit
from api.routes.sending import Wanted
from api.routes.streaming import LastEventId, Streams, position_after
from api.routes.waiting import Wait, Watch
from api.subscribing import FeedPage, seen
from registry.events.catalogue import EVENTS
from registry.log.feed import subscriptions
from registry.log.feed.feed import Stretch
from registry.log.feed.subscriptions import Subscription

_TYPES = frozenset(name for name, _ in EVENTS)
_Name = Annotated[
    str | None, QueryParameter(description="Begin after the position that this subscription is done with.")
]
_Actor = Annotated[
    str | None,
    QueryParameter(description="Who did it: a key by its id, or a worker, the provider, the operator."),
]


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins, and how long it is."""

    after: int
    limit: int
    subscription: str | None


def wanted_of(stream: str | None, type: str | None, actor: str | None) -> Wanted:
    """Which events are asked for. Raises InvalidRequest for a type that there is not."""
    if type is not None and type not in _TYPES:
        raise invalid([{"path": "?type", "message": "no event has this name", "value": type}])
    return Wanted(stream, type, actor)


async def _provide_wanted(
    stream: FromQuery[str | None] = None, type: FromQuery[str | None] = None, actor: _Actor = None
) -> Wanted:
    return wanted_of(stream, type, actor)


async def _provide_page(
    request: Web, after: After = 0, limit: Limit = 100, subscription: _Name = None
) -> Page:
    if subscription is not None and "after" in request.query_params:
        message = "a subscription says itself where it begins; leave one of them out"
        raise invalid([{"path": "?after", "message": message, "value": after}])
    return Page(after, limit, subscription)


@get(
    "/",
    opt={"refuses": (404,)},
    dependencies={"wanted": Provide(_provide_wanted), "page": Provide(_provide_page)},
)
async def list_events(
    request: Web,
    visit: NamedDependency[Visit],
    watch: NamedDependency[Watch],
    wanted: NamedDependency[Wanted],
    page: NamedDependency[Page],
    wait: Wait = 0,
) -> Answer[FeedPage]:
    """Events after a position; `stream`, `type` and `actor` narrow them, `wait` waits when there is none yet.

    To follow, ask again after `through`: nothing can appear before it later. With `subscription` they begin after the position
    kept under that name; acknowledge `through` with the ETag of the answer once they are done, and ask again.
    """

    def read() -> tuple[Subscription | None, Stretch]:
        kept = None
        if page.subscription is not None:
            kept = visit.read(subscriptions.find, page.subscription)
        after = page.after if kept is None else kept.position
        return kept, visit.registry.feed.stretch(visit.studio, after, limit=page.limit, **wanted.narrowed)

    kept, found = await watch.until(visit.studio, read, lambda both: bool(both[1].events), wait=wait)
    items = tuple(seen(recorded) for recorded in found.events)
    following = found.through if found.more else None
    answer = answer_page(request, FeedPage(items=items, next=following, through=found.through))
    if kept is not None:
        answer.headers["ETag"] = f'"{kept.version}"'
    return answer


@get("/stream", opt={"stream": "FeedEvent"}, dependencies={"wanted": Provide(_provide_wanted)})
async def stream_events(
    request: Web,
    visit: NamedDependency[Visit],
    streams: NamedDependency[Streams],
    wanted: NamedDependency[Wanted],
    after: After = 0,
    last_event_id: LastEventId = None,
) -> Response[Any]:
    """Events after a position as server-sent events, and then each as it happens; the answer stays open.

    The id of each is its position: who is cut off sends the last one as `Last-Event-ID` and misses nothing. Lines without an
    event are sent in silences. At its end the service says why in an event named `end`.
    """
    return await streams.open(request, visit, wanted, position_after(after, last_event_id))


ROUTES: Any = Router(
    "/events", route_handlers=[list_events, stream_events], opt={"reach": "studio"}, tags=["Events"]
)
