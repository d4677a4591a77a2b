"""The HTTP application, assembled: routes, their signatures and their description. `api.server` runs it.

It knows no installation: each request brings the one it asks (`api.installation`), so a process makes it once.

Order of a request: its id is settled, the route found, the key checked (`door.Entry`), then whether its body is of a kind that is
read and its answer of one that is wanted (`negotiating.Negotiated`), the body parsed and the visit made
(`routes.commanding`), the route called in a thread; whatever is raised on the way becomes a problem document (`errors`).
"""

from __future__ import annotations

from functools import cache, partial
from importlib.metadata import version
from typing import Any, Final

from litestar import Litestar, Response, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.plugins.pydantic import PydanticPlugin
from litestar.routes import HTTPRoute
from litestar.types import Message, Scope
from litestar.utils.sync import ensure_async_callable

from api.console import console_routes
from api.console.rendering import answer_page_problem, is_page
from api.door import ENTRIES, Entry
from api.errors import Web, answer_problem, request_id_of
from api.headers import with_ours
from api.installation import Installation, asked
from api.negotiating import Negotiated
from api.rates import headers
from api.roles import needed, reach_of
from api.routes import (
    accounts,
    adoptions,
    assets,
    budgets,
    callbacks,
    censuses,
    characters,
    clips,
    deciding,
    deliveries,
    determinism,
    elements,
    erasures,
    events,
    fingerprinting,
    generations,
    health,
    history,
    keys,
    likenesses,
    limits,
    lineage,
    log,
    lookup,
    me,
    metrics,
    payloads,
    pins,
    productions,
    queue,
    reads,
    receipts,
    reconciliations,
    records,
    relay,
    scenes,
    studios,
    submissions,
    subscriptions,
    takes,
    timelines,
    uses,
    voices,
    webhooks,
)
from api.routes.answering import provide_span
from api.routes.commanding import KnownQueries, provide_change, provide_question, provide_visit
from api.routes.describing import describe, query_names
from api.routes.docs import docs_routes
from api.strict import StrictRequest

RESOURCES: Final = (
    me,
    studios,
    keys,
    limits,
    accounts,
    assets,
    characters,
    censuses,
    elements,
    voices,
    productions,
    budgets,
    scenes,
    records,
    timelines,
    pins,
    generations,
    deciding,
    submissions,
    queue,
    reconciliations,
    payloads,
    clips,
    adoptions,
    takes,
    deliveries,
    fingerprinting,
    likenesses,
    erasures,
    lineage,
    log,
    lookup,
    history,
    determinism,
    receipts,
    uses,
    reads,
    events,
    subscriptions,
    webhooks,
    callbacks,
    relay,
)
_OF_OPERATION: Final = (health, metrics)
_PLUGINS: Final = (PydanticPlugin(validate_strict=None),)  # type: ignore[arg-type]
"""None leaves each field its own strictness; a plain False would take "5" and true for a StrictInt."""


@cache
def application(body_most_bytes: int) -> Litestar:
    """The application, made once for each size that a JSON body may have; it is asked by way of `installation.Serving`."""
    for resource in (*RESOURCES, *_OF_OPERATION):
        _answer_heads(resource.ROUTES)
    v1 = Router(
        "/v1",
        route_handlers=[resource.ROUTES for resource in RESOURCES],
        opt={"entered_by": "key", "reads": "reader"},
        request_max_body_size=body_most_bytes,
    )
    known = KnownQueries()
    operation = [resource.ROUTES for resource in _OF_OPERATION]
    dependencies = {
        **{part: _part(part) for part in Installation._fields},
        "known_queries": Provide(lambda: known, sync_to_thread=False),
        "visit": Provide(provide_visit),
        "question": Provide(provide_question),
        "change": Provide(provide_change),
        "span": Provide(provide_span),
    }
    docs = docs_routes(partial(describe, [v1, *operation], dependencies, _PLUGINS, version("continuity")))
    _answer_heads(docs)
    app = Litestar(
        [v1, *operation, docs, *console_routes()],
        dependencies=dependencies,
        middleware=[
            DefineMiddleware(Entry, door=lambda scope: asked(scope).door),
            DefineMiddleware(Negotiated),
        ],
        exception_handlers={Exception: _answer},
        before_send=[_mark],
        plugins=_PLUGINS,
        request_class=StrictRequest,
        openapi_config=None,
        logging_config=None,
    )
    app.before_send.append(ensure_async_callable(_allow(app)))
    known.names = query_names(app)
    _check_entries(app)
    return app


def _part(name: str) -> Provide:
    """A part of the installation that the request asks."""

    def provide(scope: Scope) -> Any:
        return getattr(asked(scope), name)

    return Provide(provide, sync_to_thread=False)


def _answer_heads(router: Router) -> None:
    """What answers a GET answers a HEAD: as it would have, without the body (RFC 9110, 9.3.2)."""
    for route in router.routes:
        for handler in getattr(route, "route_handlers", ()):
            if "GET" in handler.http_methods:
                handler.http_methods.add("HEAD")


def _answer(request: Web, error: Exception) -> Response[bytes]:
    problem = answer_problem(request, error)
    return answer_page_problem(request, problem) if is_page(request) else problem


async def _mark(message: Message, scope: Scope) -> None:
    """Every answer says which request it answers, and what may be done with it."""
    if message["type"] == "http.response.start":
        left = headers(scope["state"].get("left", ()))
        message["headers"] = [*with_ours(message["headers"], request_id_of(scope)), *left]


def _allow(app: Litestar) -> Any:
    """What OPTIONS says a route takes: the framework's own answer knows the methods that were there when it was made."""
    methods = {
        route.path_format: ", ".join(sorted(route.methods))
        for route in app.routes
        if isinstance(route, HTTPRoute)
    }

    async def allow(message: Message, scope: Scope) -> None:
        told = methods.get(scope.get("path_template", "")) if scope.get("method") == "OPTIONS" else None
        if told and message["type"] == "http.response.start":
            MutableScopeHeaders(message)["allow"] = told

    return allow


def _check_entries(app: Litestar) -> None:
    """Raises RuntimeError for a route that does not say how it is entered, which role it needs there, or how far it reaches."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if getattr(handler, "http_methods", None) == {"OPTIONS"}:
                continue
            entered_by = handler.opt.get("entered_by") if isinstance(handler, HTTPRouteHandler) else None
            if entered_by not in ENTRIES:
                raise RuntimeError(f"{route.path} does not say how it is entered")
            for method in handler.http_methods if entered_by in ("key", "session") else ():
                needed(handler.opt, method)
                reach_of(handler.opt)
