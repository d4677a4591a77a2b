"""What a process counts and times while it runs, in Prometheus' terms; `gauges` tells what is true of the whole installation.

Each process has a registry of its own, so that two installations in one process (tests) do not meet. Labels are routes, methods,
statuses and kinds of steps: words of this program, never an id, a name or anything that came from outside.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final, Literal, NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
Kind = Literal["counter", "gauge", "histogram"]
_QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SLOW: Final = (0.05, 0.25, 1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_CALLS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 200)


class Measure(NamedTuple):
    """One metric: its name, what kind it is, what it means, and its labels."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()


REQUESTS: Final = Measure(
    "continuity_requests_total",
    "counter",
    "Requests that were answered; `status` is `none` for those whose caller was gone before.",
    ("method", "route", "status"),
)
REQUEST_SECONDS: Final = Measure(
    "continuity_request_seconds",
    "histogram",
    "How long a request took, to its last byte. Waiting for news (`?wait=`) counts.",
    ("method", "route"),
)
REQUESTS_NOW: Final = Measure("continuity_requests_in_progress", "gauge", "Requests that are being answered.")
APPEND_SECONDS: Final = Measure(
    "continuity_append_seconds",
    "histogram",
    "How long a command took from being handed to the log until it was durable, waiting included.",
)
BATCH_CALLS: Final = Measure(
    "continuity_batch_calls", "histogram", "How many commands shared one commit of the log."
)
WAITING: Final = Measure(
    "continuity_writer_queue_depth", "gauge", "Commands that wait for this process' log writer."
)
STEP_SECONDS: Final = Measure(
    "continuity_step_seconds",
    "histogram",
    "How long a worker was at one step of one piece of work; `step` is the stage it began at.",
    ("step",),
)
PAID_CALL_SECONDS: Final = Measure(
    "continuity_paid_call_seconds", "histogram", "How long a paid POST took, to its outcome."
)
FETCH_SECONDS: Final = Measure(
    "continuity_fetch_seconds", "histogram", "How long it took to bring a result into our store."
)
TOLD: Final = Measure(
    "continuity_webhook_deliveries_total",
    "counter",
    "Attempts to tell a webhook of an event: `delivered`, `refused` (anything but 2xx), `throttled` (429, 503), `gone` (410), "
    "`unreachable` (no answer in time), `forbidden` (an address that is not connected to). Of a worker alone.",
    ("outcome",),
)
TOLD_SECONDS: Final = Measure(
    "continuity_webhook_seconds",
    "histogram",
    "How long one attempt took, whatever came of it. Of a worker alone.",
)
CHECKPOINTS: Final = Measure(
    "continuity_checkpoints_total",
    "counter",
    "What came of each look at a log that wanted a checkpoint: `made`; `forked`, it is not the log that was signed; "
    "`failed`, for another reason. Of a worker alone.",
    ("outcome",),
)
LOOKED_AT: Final = Measure(
    "continuity_worker_looked_timestamp_seconds",
    "gauge",
    "When this worker last asked for work, in seconds since 1970. Of a worker alone.",
)
STARTED_AT: Final = Measure(
    "continuity_build_info", "gauge", "Always 1; `version` is this program's.", ("version",)
)
OF_A_PROCESS: Final = (
    REQUESTS,
    REQUEST_SECONDS,
    REQUESTS_NOW,
    APPEND_SECONDS,
    BATCH_CALLS,
    WAITING,
    STEP_SECONDS,
    PAID_CALL_SECONDS,
    FETCH_SECONDS,
    TOLD,
    TOLD_SECONDS,
    CHECKPOINTS,
    LOOKED_AT,
    STARTED_AT,
)


class Metrics:
    """The measures of this process. Any thread may count."""

    def __init__(self) -> None:
        # They say when each label was first seen: as many lines again, which nobody asked for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._requests = self._counter(REQUESTS)
        self._request_seconds = self._histogram(REQUEST_SECONDS, _QUICK)
        self._requests_now = self.gauge(REQUESTS_NOW)
        self._batch_calls = self._histogram(BATCH_CALLS, _CALLS)
        self._told = self._counter(TOLD)
        self._told_seconds = self._histogram(TOLD_SECONDS, _QUICK)
        self._checkpoints = self._counter(CHECKPOINTS)
        self._timed = {
            "append": self._histogram(APPEND_SECONDS, _QUICK),
            "step": self._histogram(STEP_SECONDS, _SLOW),
            "paid call": self._histogram(PAID_CALL_SECONDS, _SLOW),
            "fetch": self._histogram(FETCH_SECONDS, _SLOW),
        }
        self.gauge(STARTED_AT).labels(version("continuity")).set(1)

    def gauge(self, measure: Measure) -> Gauge:
        return Gauge(measure.name, measure.meaning, measure.labels, registry=self.registry)

    def batch(self, calls: int) -> None:
        """One commit carried so many commands."""
        self._batch_calls.observe(calls)

    def told(self, outcome: str, seconds: float) -> None:
        """A webhook was told of an event, or could not be."""
        self._told.labels(outcome).inc()
        self._told_seconds.observe(seconds)

    def checkpoint(self, outcome: str) -> None:
        """A log wanted a checkpoint."""
        self._checkpoints.labels(outcome).inc()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While this lasts, a request is being answered."""
        with self._requests_now.track_inprogress():
            yield

    def answered(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """A request ended; `route` is the form of its address, `status` None when nobody was there to hear it."""
        self._requests.labels(method, route, str(status or "none")).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    @contextmanager
    def timed(self, name: str, *labels: str) -> Iterator[None]:
        """Time a piece of work that has a histogram under this name; others are not timed."""
        began = time.monotonic()
        try:
            yield
        finally:
            if (histogram := self._timed.get(name)) is not None:
                (histogram.labels(*labels) if labels else histogram).observe(time.monotonic() - began)

    def page(self) -> bytes:
        """Everything, as the text Prometheus reads."""
        return generate_latest(self.registry)

    def _counter(self, measure: Measure) -> Counter:
        return Counter(measure.name, measure.meaning, measure.labels, registry=self.registry)

    def _histogram(self, measure: Measure, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(
            measure.name, measure.meaning, measure.labels, registry=self.registry, buckets=buckets
        )
