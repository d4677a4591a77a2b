"""A worker as a process: its loop, the webhooks it carries on beside it, the page of its metrics, and its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import Gauge, start_http_server

from api.bootstrap import Continuity
from api.checkpointing.rounds import checkpointing
from api.delivering.rounds import delivering
from api.logs import configure_logging, secrets_of
from api.memory import give_back_freed_memory
from api.metrics import LOOKED_AT
from api.settings import UnusableSettings
from generation.worker import Worker

_log: Final = structlog.get_logger("worker")


def work(continuity: Continuity, stopping: threading.Event, *, owner: str) -> None:
    """Carry work on until `stopping` is set: the step at hand is finished, or let go where that costs nothing.

    Raises UnusableSettings when its metrics cannot be served.
    """
    give_back_freed_memory()
    settings = continuity.settings
    configure_logging(secrets_of(settings, continuity.credentials.values()), level=settings.log_level)
    stop = beating(settings.beat, stopping.is_set, looked=continuity.metrics.gauge(LOOKED_AT))

    def sleep(seconds: float) -> None:
        stopping.wait(seconds)

    desk = replace(continuity.desk(), stopping=stopping.is_set)
    with _metrics_served(continuity), delivering(continuity, owner=owner), checkpointing(continuity):
        _log.info("worker_starts", worker=owner)
        Worker(desk, owner=owner, sleep=sleep).run(stop)
        _log.info("worker_ends", worker=owner)


def beating(beat: Path | None, stopped: Callable[[], bool], *, looked: Gauge) -> Callable[[], bool]:
    """The worker's question whether to stop, asked each time its loop comes round: the file's time and the gauge say when.

    A file that cannot be written stops no work: whoever looks at it will see that it is old.
    """

    def asked() -> bool:
        looked.set_to_current_time()
        if beat is not None:
            with suppress(OSError):
                beat.touch()
        return stopped()

    return asked


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
