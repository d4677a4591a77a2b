"""What came to nothing, and the way out; and what the provider will delete, and when."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.console.rendering import page
from api.console.way_out import OF_CODE, OF_KIND, class_of, way_of
from api.errors import Web
from api.routes.commanding import Visit
from generation.kling.outcomes import HTTP_OF_CODE, KIND_OF_CODE
from registry.views import deadlines, failures, naming

_AT_ONCE: Final = 50


@get("/money/failures", sync_to_thread=True)
def list_failures(
    request: Web, visit: NamedDependency[Visit], kind: FromQuery[str] = "", after: FromQuery[int] = 0
) -> Response[str]:
    """The newest failures by class, each class with its way out; `kind` keeps one class, `after` so many of them."""
    ends = visit.read(failures.ends)
    classes = Counter(class_of(one) for one in ends.failures)
    wanted = [one for one in ends.failures if kind in ("", class_of(one))]
    some = wanted[max(0, after) : max(0, after) + _AT_ONCE]
    things = {thing for one in some for thing in (one.production, one.scene) if thing}
    return page(
        request,
        "failures.html",
        title="Failures",
        visit=visit,
        ends=ends,
        looked_at=sum(ends.counts.values()),
        classes=[(one, way_of(one), count) for one, count in classes.most_common()],
        failures=[(one, class_of(one), way_of(class_of(one))) for one in some],
        names=visit.read(naming.names_of, things),
        kind=kind,
        codes=[
            (code, HTTP_OF_CODE[code], way, OF_KIND[KIND_OF_CODE[code]])
            for code, way in sorted(OF_CODE.items())
        ],
        next=after + _AT_ONCE if len(wanted) > after + _AT_ONCE else None,
    )


@get("/money/deadlines", sync_to_thread=True)
def list_deadlines(request: Web, visit: NamedDependency[Visit]) -> Response[str]:
    """What is deleted at Kling by itself, and when; and what was ordered to be deleted there, and is not yet."""
    now = visit.registry.clock()
    found = visit.read(deadlines.deadlines, now=now)
    things = {one.thing for one in found.ordered} | {one.scene for one in found.soonest}
    return page(
        request,
        "deadlines.html",
        title="Deadlines at Kling",
        visit=visit,
        found=found,
        names=visit.read(naming.names_of, things),
        now=now,
        kept_days=round(visit.continuity.settings.result_lifetime / 86_400),
    )


ROUTES: Any = Router("/", route_handlers=[list_failures, list_deadlines], opt={"reach": "studio"})
