"""A worker as a process: its loop, the page of its metrics, and its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import structlog
from prometheus_client import start_http_server

from api.bootstrap import Continuity
from api.logs import configure_logging, secrets_of
from api.metrics import LOOKED_AT
from api.settings import UnusableSettings
from generation.worker import Worker

_log: Final = structlog.get_logger("worker")


def work(continuity: Continuity, stopping: threading.Event, *, owner: str) -> None:
    """Carry work on until `stopping` is set: the step at hand is finished, or let go where that costs nothing.

    Raises UnusableSettings when its metrics cannot be served.
    """
    settings = continuity.settings
    configure_logging(secrets_of(settings, continuity.credentials.values()), level=settings.log_level)
    looked = continuity.metrics.gauge(LOOKED_AT)

    def sleep(seconds: float) -> None:
        looked.set_to_current_time()
        stopping.wait(seconds)

    def stop() -> bool:
        looked.set_to_current_time()
        return stopping.is_set()

    desk = replace(continuity.desk(), stopping=stopping.is_set)
    with _metrics_served(continuity):
        _log.info("worker_starts", worker=owner)
        Worker(desk, owner=owner, sleep=sleep).run(stop)
        _log.info("worker_ends", worker=owner)


@contextmanager
def _metrics_served(continuity: Continuity) -> Iterator[None]:
    """The process' own numbers at `/metrics` of a port of their own, where one is set."""
    host, port = continuity.settings.metrics_host, continuity.settings.metrics_port
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host, registry=continuity.metrics.registry)
    except OSError as refused:
        raise UnusableSettings(
            [f"CONTINUITY_METRICS_PORT: {host}:{port} cannot be had: {refused.strerror}"]
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
