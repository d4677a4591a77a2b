"""The HTTP application, assembled; `api.server` runs it.

Order of a request: its id is settled, the route found, the key checked (`auth.Entry`), then whether its body is of a kind that is
read and its answer of one that is wanted (`negotiating.Negotiated`), the body parsed and the visit made
(`routes.commanding`), the route called in a thread; whatever is raised on the way becomes a problem document (`errors`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
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

from api.bootstrap import Continuity
from api.console import console_routes
from api.console.rendering import answer_page_problem, is_page
from api.door import ENTRIES, Door, Entry, settle_request_id
from api.ending import Ending
from api.errors import Web, answer_problem
from api.headers import with_ours
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
from api.routes.health import Health
from api.routes.streaming import Streams
from api.routes.waiting import Watch
from api.scraping import InstallationGauges
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
THREADS: Final = "request"
"""What the names of the threads begin with that answer requests."""


def create_app(continuity: Continuity, ending: Ending) -> Litestar:
    """The application over an open installation, until it ends. The caller closes both."""
    make_id = continuity.registry.make_id
    for resource in (*RESOURCES, *_OF_OPERATION):
        _answer_heads(resource.ROUTES)
    v1 = Router(
        "/v1",
        route_handlers=[resource.ROUTES for resource in RESOURCES],
        opt={"entered_by": "key", "reads": "reader"},
        request_max_body_size=continuity.settings.body_most_bytes,
    )
    known = KnownQueries()
    watch = Watch(continuity.registry, most=continuity.settings.wait_most, ending=ending)
    streams = Streams(continuity, watch)
    door = _door(continuity)
    gauges = InstallationGauges(continuity.registry, slots=continuity.settings.kling_slots)
    operation = [resource.ROUTES for resource in _OF_OPERATION]
    dependencies = {
        "continuity": Provide(lambda: continuity, sync_to_thread=False),
        "known_queries": Provide(lambda: known, sync_to_thread=False),
        "door": Provide(lambda: door, sync_to_thread=False),
        "watch": Provide(lambda: watch, sync_to_thread=False),
        "streams": Provide(lambda: streams, sync_to_thread=False),
        "health": Provide(_once(lambda: Health(continuity, ending))),
        "gauges": Provide(lambda: gauges, sync_to_thread=False),
        "visit": Provide(provide_visit),
        "question": Provide(provide_question),
        "change": Provide(provide_change),
        "span": Provide(provide_span),
    }
    docs = docs_routes(partial(describe, [v1, *operation], dependencies, version("continuity")))
    _answer_heads(docs)
    app = Litestar(
        [v1, *operation, docs, *console_routes()],
        dependencies=dependencies,
        middleware=[DefineMiddleware(Entry, door=door), DefineMiddleware(Negotiated)],
        exception_handlers={Exception: _problems(make_id)},
        before_send=[_mark(make_id)],
        # None leaves each field its own strictness; a plain False would take "5" and true for a StrictInt.
        plugins=[PydanticPlugin(validate_strict=None)],  # type: ignore[arg-type]
        lifespan=[_threads(continuity.settings.threads)],
        request_class=StrictRequest,
        openapi_config=None,
        logging_config=None,
    )
    app.before_send.append(ensure_async_callable(_allow(app)))
    known.names = query_names(app)
    app.state["streams"] = streams
    _check_entries(app)
    return app


def _door(continuity: Continuity) -> Door:
    settings = continuity.settings
    return Door(
        continuity.registry,
        per_key=settings.key_requests_per_minute,
        per_studio=settings.studio_requests_per_minute,
        strangers=settings.strangers_per_minute,
    )


def _answer_heads(router: Router) -> None:
    """What answers a GET answers a HEAD: as it would have, without the body (RFC 9110, 9.3.2)."""
    for route in router.routes:
        for handler in getattr(route, "route_handlers", ()):
            if "GET" in handler.http_methods:
                handler.http_methods.add("HEAD")


def _threads(count: int) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """As many threads as requests are served at once: the loop's default is six on two cores."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        threads = ThreadPoolExecutor(count, thread_name_prefix=THREADS)
        asyncio.get_running_loop().set_default_executor(threads)
        try:
            yield
        finally:
            # Whoever is still at work was given its time; the event loop must not be held up by a thread.
            threads.shutdown(wait=False, cancel_futures=True)

    return lifespan


def _once(make: Callable[[], Any]) -> Callable[[], Any]:
    """A dependency made in the event loop, at its first use, and kept."""
    made: list[Any] = []

    async def provide() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return provide


def _problems(make_id: Callable[[str], str]) -> Callable[[Web, Exception], Response[bytes]]:
    def answer(request: Web, error: Exception) -> Response[bytes]:
        settle_request_id(request.scope, make_id)
        problem = answer_problem(request, error)
        return answer_page_problem(request, problem) if is_page(request) else problem

    return answer


def _mark(make_id: Callable[[str], str]) -> Any:
    """Every answer says which request it answers, and what may be done with it."""

    async def mark(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            left = headers(scope.get("state", {}).get("left", ()))
            ours = with_ours(message["headers"], settle_request_id(scope, make_id))
            message["headers"] = [*ours, *left]

    return mark


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
