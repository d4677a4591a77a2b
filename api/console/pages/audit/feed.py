"""What happened? The log in sentences, narrowed and paged, and one event whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.bodies import FeedEvent
from api.console.pages.audit.spans import SPAN
from api.console.rendering import page
from api.console.words import ids_in
from api.errors import Web, shown
from api.roles import may
from api.routes.commanding import Visit
from api.routes.events import wanted_of
from api.routes.history import OF_KEYS
from api.routes.sending import Wanted
from api.subscribing import seen
from registry.errors import NotFound
from registry.events.catalogue import EVENTS
from registry.events.envelope import Recorded
from registry.events.ids import SYSTEM_LOG
from registry.past import happened
from registry.past.told import Happened, InFull
from registry.views import access
from registry.views.naming import names_of
from registry.views.page import Span

_TYPES: Final = sorted({name for name, _ in EVENTS})
_KEYS: Final = Span(limit=500)
"""Holders to choose from."""


@get("/", sync_to_thread=True)
def show_feed(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    stream: FromQuery[str] = "",
    type: FromQuery[str] = "",
    actor: FromQuery[str] = "",
) -> Response[str]:
    """The studio's log in sentences. A script follows it from `head` on, where the newest are shown."""
    wanted = wanted_of(stream.strip() or None, type or None, actor.strip() or None)
    head = visit.registry.feed.head(visit.studio)
    found, following = _found(visit, wanted, span)
    told = happened.told(visit.registry, visit.studio, found)
    texts = [f"{one.stream} {said.sentence}" for one, said in zip(found, told, strict=True)]
    return page(
        request,
        "audit/feed.html",
        title="What happened",
        visit=visit,
        happened=[(said, one.stream) for one, said in zip(found, told, strict=True)],
        names=visit.read(names_of, set().union(*map(ids_in, texts))),
        types=_TYPES,
        actors=_actors(visit, told),
        wanted=wanted,
        span=span,
        head=head,
        next=following,
    )


def _actors(visit: Visit, told: Sequence[Happened]) -> list[tuple[str, str]]:
    """Who may be asked for, by name: who did what is shown, and who else holds a key, for those who may know."""
    found = {one.actor: one.holder or one.actor for one in told}
    if any(may(visit.caller.roles, need) for need in OF_KEYS):
        with visit.registry.reading(SYSTEM_LOG) as connection:
            found |= {key.id: key.holder for key in access.keys(connection, visit.studio, span=_KEYS).items}
    return sorted(found.items(), key=lambda one: one[1].casefold())


def _found(visit: Visit, wanted: Wanted, span: Span) -> tuple[Sequence[Recorded], int | None]:
    """A page of events, and the position after (or before) which the next one begins."""
    feed, narrowed = visit.registry.feed, wanted.narrowed
    if span.newest:
        found = feed.back(visit.studio, span.after, limit=span.limit + 1, **narrowed)
        return found[: span.limit], found[span.limit - 1].position if len(found) > span.limit else None
    stretch = feed.stretch(visit.studio, span.after, limit=span.limit, **narrowed)
    return stretch.events, stretch.through if stretch.more else None


@get("/events/{position:str}", sync_to_thread=True)
def show_event(request: Web, visit: NamedDependency[Visit], position: FromPath[str]) -> Response[str]:
    """One event whole: what it says, who did it, what led to it and what it led to, and its place in the proof of the log."""
    recorded = _at(visit, position)
    whole = happened.event(visit.registry, visit.studio, recorded.stream, recorded.version)
    event = seen(recorded)
    text = orjson.dumps([whole.model_dump(mode="json"), event.body]).decode()
    return page(
        request,
        "audit/event.html",
        title=f"Event {recorded.position}",
        visit=visit,
        event=event,
        whole=whole,
        stored=recorded.body.decode(),
        clip=_clip_of(event, whole),
        names=visit.read(names_of, ids_in(text)),
        head=visit.registry.feed.head(visit.studio),
    )


def _at(visit: Visit, position: str) -> Recorded:
    """Raises NotFound."""
    if position.isascii() and position.isdigit() and 0 < len(position) < 19 and int(position):
        found = visit.registry.feed.after(visit.studio, int(position) - 1, limit=1)
        if found:
            return found[0]
    raise NotFound(
        f"the log has no event {shown(position)!r}",
        hint="positions are whole numbers from 1 to the log's end",
    )


def _clip_of(event: FeedEvent, whole: InFull) -> str | None:
    """The clip whose receipt shows the event, where there is one that it is about or came with."""
    named = (event.stream, event.body.get("clip"), *(one.stream for one in whole.together))
    return next((one for one in named if isinstance(one, str) and one.startswith("clip_")), None)


ROUTES: Any = Router("/", route_handlers=[show_feed, show_event], dependencies=SPAN)
