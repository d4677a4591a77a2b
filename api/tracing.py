"""Traces: spans of requests, appends, steps and calls, to an OTLP collector; OpenTelemetry is imported when asked for.

A span holds ids, routes and statuses. What an error said is not in it: only of which type it was. No trace header goes to Kling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from api.oversight import Oversight

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_FLUSH_MILLISECONDS: Final = 3_000


class TracingMissing(Exception):
    """Traces are asked for, and the extra that makes them is not installed."""


class Tell(Protocol):
    """Says more about the span that is open: its better name, ids, a status."""

    def __call__(self, name: str = "", **said: str | int) -> None: ...


class Tracing(Protocol):
    """Opens spans. It changes nothing about what is done inside them, whatever becomes of them."""

    def span(
        self, name: str, ids: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Tell]:
        """A span around what is done meanwhile; `headers` may say of which trace it is a part (W3C trace context)."""
        ...

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        ...


class NoTracing:
    """Where no collector is named."""

    @contextmanager
    def span(
        self,
        name: str,  # noqa: ARG002 - part of the role
        ids: Mapping[str, str],  # noqa: ARG002
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Iterator[Tell]:
        yield _silent

    def close(self) -> None:
        """There is nothing to send."""


class OtlpTracing:
    """Spans in batches, from a thread of their own, to `/v1/traces` of a collector."""

    def __init__(self, settings: Oversight) -> None:
        try:
            self._provider = _provider(settings)
        except ImportError as missing:
            raise TracingMissing(
                "traces need the extra `otel`: install continuity[otel], or unset OTEL_EXPORTER_OTLP_ENDPOINT"
            ) from missing
        self._tracer = self._provider.get_tracer("continuity")

    @contextmanager
    def span(
        self, name: str, ids: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Iterator[Tell]:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        opened = self._tracer.start_as_current_span(
            name,
            context=_parent(headers) if headers is not None else None,
            kind=SpanKind.INTERNAL if headers is None else SpanKind.SERVER,
            attributes=_attributes(ids),
            record_exception=False,
            set_status_on_exception=False,
        )
        with opened as span:
            try:
                yield _telling(span)
            except BaseException as error:
                # Its own words may quote what it was given.
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def close(self) -> None:
        self._provider.force_flush(_FLUSH_MILLISECONDS)
        self._provider.shutdown()


def open_tracing(settings: Oversight) -> Tracing:
    """Traces as the settings ask for them. Raises TracingMissing."""
    return OtlpTracing(settings) if settings.otel_exporter_otlp_endpoint else NoTracing()


def _provider(settings: Oversight) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource({"service.name": settings.otel_service_name}), shutdown_on_exit=False
    )
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces",
        headers=_headers(settings),
        timeout=_FLUSH_MILLISECONDS // 1_000,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _headers(settings: Oversight) -> dict[str, str]:
    given = settings.otel_exporter_otlp_headers
    parts = (given.get_secret_value() if given else "").split(",")
    pairs = (part.partition("=") for part in parts)
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _parent(headers: Mapping[str, str]) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract(headers)


def _attributes(said: Mapping[str, str | int]) -> dict[str, str | int]:
    """Ids under our own prefix; what has a name in OpenTelemetry's conventions bears that one."""
    return {
        _CONVENTIONS.get(name, f"continuity.{name}"): value for name, value in said.items() if value != ""
    }


_CONVENTIONS: Final = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
}


def _telling(span: Span) -> Tell:
    from opentelemetry.trace import Status, StatusCode

    def tell(name: str = "", **said: str | int) -> None:
        if name:
            span.update_name(name)
        span.set_attributes(_attributes(said))
        if isinstance(status := said.get("status"), int) and status >= 500:
            span.set_status(Status(StatusCode.ERROR))

    return tell


def _silent(name: str = "", **said: str | int) -> None:
    """Nobody listens."""
