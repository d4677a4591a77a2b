"""The application as an operator sees it: each request is counted, timed, traced, and written down once, at its end.

It stands around everything, so that what no route answers and what breaks on the way is seen too. A line holds the form of the
address and never the address itself, no query, no body and no header but the request's id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.door import settle_request_id
from api.metrics import Metrics
from api.roles import Caller
from api.tracing import Tell, Tracing

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "none"
_PROBES: Final = ("/health/live", "/health/ready", "/metrics")
_log: Final[structlog.typing.FilteringBoundLogger] = structlog.get_logger("api")


class Observed:
    """An application, watched. `make_id` makes the ids of requests that bring none."""

    def __init__(
        self, app: ASGIApp, *, make_id: Callable[[str], str], metrics: Metrics, tracing: Tracing
    ) -> None:
        self._app = app
        self._make_id = make_id
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = settle_request_id(scope, self._make_id)
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            self._metrics.answering(),
            self._tracing.span("request", {"request_id": request_id}, headers=_headers(scope)) as tell,
        ):
            await self._answer(scope, receive, send, tell)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, tell: Tell) -> None:
        began, seen = time.monotonic(), _Seen(send)
        try:
            await self._app(scope, receive, seen.send)
        except BaseException as failure:
            _state(scope).setdefault("failure", failure)
            raise
        finally:
            self._tell(scope, seen.status, time.monotonic() - began, tell)

    def _tell(self, scope: Scope, status: int | None, seconds: float, tell: Tell) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"  # type: ignore[typeddict-item]
        route = str(scope.get("path_template") or NO_ROUTE)
        self._metrics.answered(method, route, status, seconds)
        ids = _ids(scope)
        tell(f"{method} {route}", method=method, route=route, status=status or 0, **ids)
        failure = _state(scope).get("failure")
        told = {"exc_info": failure} if failure is not None and (status is None or status >= 500) else {}
        code = getattr(failure, "code", None)
        if isinstance(code, str):
            told["code"] = code
        _line(status, route)(
            "request",
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1_000, 1),
            **ids,
            **told,
        )


class _Seen:
    """What is sent, with the status it began with."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def _line(status: int | None, route: str) -> Callable[..., Any]:
    """How grave it is: our faults are errors, what was busy or broken off is a warning, and probes that pass say nothing."""
    if status is None or status == 503:
        return _log.warning
    if status >= 500:
        return _log.error
    return _log.debug if route in _PROBES else _log.info


def _ids(scope: Scope) -> dict[str, str]:
    caller = scope.get("user")
    return {"studio": caller.studio, "key": caller.key} if isinstance(caller, Caller) else {}


def _state(scope: Scope) -> dict[str, Any]:
    return scope.setdefault("state", {})


def _headers(scope: Scope) -> Mapping[str, str]:
    """Those that say of which trace the request is a part."""
    wanted = (b"traceparent", b"tracestate")
    return {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in wanted}
