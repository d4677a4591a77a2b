"""The HTTP application, assembled; and the server that runs it.

Order of a request: its id is settled, the route found, the key checked (`auth.Entry`), the body parsed and the visit made
(`routes.commanding`), the route called in a thread; whatever is raised on the way becomes a problem document (`errors`).
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import uvicorn
from litestar import Litestar, Response, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.plugins.pydantic import PydanticPlugin
from litestar.types import Message, Scope

from api.auth import ENTRIES, Entry, settle_request_id
from api.bootstrap import Continuity, configure_logging, open_continuity
from api.errors import Web, answer_problem
from api.routes import (
    accounts,
    assets,
    budgets,
    callbacks,
    censuses,
    characters,
    clips,
    deciding,
    elements,
    erasures,
    events,
    generations,
    health,
    likenesses,
    lineage,
    me,
    payloads,
    pins,
    productions,
    queue,
    reconciliations,
    relay,
    scenes,
    submissions,
    subscriptions,
    uses,
    voices,
)
from api.routes.commanding import KnownQueries, provide_change, provide_question, provide_visit
from api.routes.describing import describe, query_names
from api.routes.docs import docs_routes
from api.routes.health import Health
from api.routes.streaming import Streams
from api.routes.waiting import Watch
from api.settings import Settings

_RESOURCES: Final = (
    me,
    accounts,
    assets,
    characters,
    censuses,
    elements,
    voices,
    productions,
    budgets,
    scenes,
    pins,
    generations,
    deciding,
    submissions,
    queue,
    reconciliations,
    payloads,
    clips,
    likenesses,
    erasures,
    lineage,
    uses,
    events,
    subscriptions,
    callbacks,
    relay,
)


def create_app(continuity: Continuity) -> Litestar:
    """The application over an open installation. The caller closes both."""
    make_id = continuity.registry.make_id
    v1 = Router(
        "/v1",
        route_handlers=[resource.ROUTES for resource in _RESOURCES],
        opt={"entered_by": "key"},
        request_max_body_size=continuity.settings.body_most_bytes,
    )
    known = KnownQueries()
    watch = Watch(continuity.registry, most=continuity.settings.wait_most)
    streams = Streams(continuity, watch)
    dependencies = {
        "continuity": Provide(lambda: continuity, sync_to_thread=False),
        "known_queries": Provide(lambda: known, sync_to_thread=False),
        "watch": Provide(lambda: watch, sync_to_thread=False),
        "streams": Provide(lambda: streams, sync_to_thread=False),
        "health": Provide(_once(lambda: Health(continuity))),
        "visit": Provide(provide_visit),
        "question": Provide(provide_question),
        "change": Provide(provide_change),
    }
    document = describe([v1, health.ROUTES], dependencies, version("continuity"))
    known.names = query_names(document)
    app = Litestar(
        [v1, health.ROUTES, docs_routes(document)],
        dependencies=dependencies,
        middleware=[DefineMiddleware(Entry, registry=continuity.registry)],
        exception_handlers={Exception: _problems(make_id)},
        before_send=[_mark(make_id)],
        # None leaves each field its own strictness; a plain False would take "5" and true for a StrictInt.
        plugins=[PydanticPlugin(validate_strict=None)],  # type: ignore[arg-type]
        lifespan=[_threads(continuity.settings.threads)],
        openapi_config=None,
        logging_config=None,
    )
    app.state["streams"] = streams
    _check_entries(app)
    return app


def run_server(
    settings: Settings, host: str = "127.0.0.1", port: int = 8000, *, port_file: Path | None = None
) -> None:
    """Serve until interrupted. Port 0 takes a free one; the chosen port is written to `port_file` once requests are answered."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        chosen = listener.getsockname()[1]
        configure_logging()
        continuity = open_continuity(settings)
        try:

            def ready() -> None:
                if port_file is not None:
                    part = port_file.with_name(f"{port_file.name}.part")
                    part.write_text(str(chosen))
                    part.replace(port_file)

            with _ending_by_signal():
                make_server(continuity, ready).run(sockets=[listener])
        finally:
            continuity.close()


@contextmanager
def _ending_by_signal() -> Iterator[None]:
    """Uvicorn ends on these signals and then raises them again, for whoever stood there before; here that is nobody."""
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def make_server(continuity: Continuity, ready: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server, not yet running; `ready` is called once it answers."""
    app = create_app(continuity)
    config = uvicorn.Config(
        app,
        ws="none",
        server_header=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    return _Announcing(config, ready, app.state["streams"].leave)


class _Announcing(uvicorn.Server):
    """Says when it listens and when it no longer will; uvicorn has no hook for those moments."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], leaving: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready, self._leaving = ready, leaving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leaving()  # or open streams would be waited for, and cut off
        await super().shutdown(sockets=sockets)


def _threads(count: int) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """As many threads as requests are served at once: the loop's default is six on two cores."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        with ThreadPoolExecutor(count, thread_name_prefix="request") as threads:
            asyncio.get_running_loop().set_default_executor(threads)
            yield

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
        return answer_problem(request, error)

    return answer


def _mark(make_id: Callable[[str], str]) -> Any:
    """Every answer says which request it answers, and is never guessed to be anything else than it says."""

    async def mark(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            request_id = settle_request_id(scope, make_id).encode()
            message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            if not any(name == b"x-content-type-options" for name, _ in message["headers"]):
                message["headers"] = [*message["headers"], (b"x-content-type-options", b"nosniff")]

    return mark


def _check_entries(app: Litestar) -> None:
    """Raises RuntimeError for a route that does not say how it is entered."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            declared = isinstance(handler, HTTPRouteHandler) and handler.opt.get("entered_by") in ENTRIES
            if not declared and getattr(handler, "http_methods", None) != {"OPTIONS"}:
                raise RuntimeError(f"{route.path} does not say how it is entered")
