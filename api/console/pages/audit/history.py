"""What was, of anything that has an id: its events, how it stood at any point, and what changed between two, in words."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote

import orjson
from litestar import Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter

from api.console.pages.audit.spans import SPAN
from api.console.rendering import page
from api.console.words import ids_in
from api.errors import Web
from api.points import point_of
from api.routes.commanding import Visit
from api.routes.events import wanted_of
from api.routes.history import must_be_shown
from registry.log.history import Part
from registry.past import happened, standing
from registry.past.points import Version
from registry.past.told import Change, Difference, Stood
from registry.views.naming import names_of
from registry.views.page import Span

_BEGINNING: Final = Version(1)
_Then = Annotated[str, QueryParameter(name="as_of")]


@get("/history", sync_to_thread=True)
def ask_for_thing(request: Web, visit: NamedDependency[Visit], thing: FromQuery[str] = "") -> Response[Any]:
    """Where an id is given; with one, on to its past."""
    if thing.strip():
        place = f"/console/audit/history/{quote(thing.strip(), safe='')}"
        return Response(None, status_code=303, headers={"Location": place})
    return page(request, "audit/pasts.html", title="The past of anything", visit=visit)


class Points(NamedTuple):
    """Which points of the past are asked about, as they are written; empty where none is."""

    as_of: str
    since: str
    until: str


async def _provide_part(
    span: NamedDependency[Span], type: FromQuery[str] = "", actor: FromQuery[str] = ""
) -> Part:
    """Raises InvalidRequest."""
    wanted = wanted_of(None, type or None, actor.strip() or None)
    return Part(span.after, span.limit, newest=span.newest, type=wanted.type, actor=wanted.actor)


async def _provide_points(
    as_of: _Then = "", since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Points:
    return Points(*(said.strip() for said in (as_of, since, until)))


@get(
    "/history/{thing:str}",
    dependencies={"part": Provide(_provide_part), "points": Provide(_provide_points)},
    sync_to_thread=True,
)
def show_history(
    request: Web,
    visit: NamedDependency[Visit],
    thing: FromPath[str],
    part: NamedDependency[Part],
    points: NamedDependency[Points],
) -> Response[str]:
    """What happened to a thing, how it stood at a point, and what changed between two. Raises as `/v1/history/{thing}` does."""
    must_be_shown(visit, thing)
    found = happened.history(visit.registry, visit.studio, thing, part)
    stood, difference = _stood(visit, thing, points), _difference(visit, thing, points)
    text = orjson.dumps(
        [thing, *(one.model_dump(mode="json") for one in (found, stood, difference) if one is not None)]
    ).decode()
    names = visit.read(names_of, ids_in(text))
    return page(
        request,
        "audit/history.html",
        title=f"The past of {names.get(thing, thing)}",
        visit=visit,
        thing=thing,
        found=found,
        part=part,
        points=points,
        stood=stood,
        difference=difference,
        changes=[] if difference is None else [(place(one), one) for one in difference.changes],
        names=names,
    )


def _stood(visit: Visit, thing: str, points: Points) -> Stood | None:
    if not points.as_of:
        return None
    return standing.stood(visit.registry, visit.studio, thing, point_of(points.as_of, "as_of"))


def _difference(visit: Visit, thing: str, points: Points) -> Difference | None:
    if not (points.since or points.until):
        return None
    return standing.difference(
        visit.registry,
        visit.studio,
        thing,
        since=point_of(points.since or None, "since") or _BEGINNING,
        until=point_of(points.until or None, "until"),
    )


def place(change: Change) -> tuple[str, ...]:
    """Where in the thing something changed, part by part: the pointer of a JSON Patch, read."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")[1:])


ROUTES: Any = Router("/", route_handlers=[ask_for_thing, show_history], dependencies=SPAN)
