"""Every webhook of every studio in turn, beside a worker's paid work: a thread that looks, and a few that deliver.

The threads are few and their own. A receiver that is slow holds one of them up for a turn at most, and never the worker.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import structlog

from api.bootstrap import Continuity
from api.delivering.courier import Courier
from api.delivering.posting import Postman
from registry.errors import RegistryError
from registry.views import deliveries
from registry.views.deliveries import Due

_log = structlog.get_logger("webhooks")
THREADS: Final = 8
_LOOKED_AT: Final = 1_000


def postman_of(continuity: Continuity) -> Postman:
    """Who connects to the receivers of an installation."""
    registry, timeout = continuity.registry, continuity.settings.patience().timeout
    return Postman(continuity.receivers, registry.clock, time.monotonic, timeout)


def courier_of(continuity: Continuity, *, owner: str, stopping: Callable[[], bool]) -> Courier:
    """Who carries the webhooks of an installation on."""
    return Courier(
        registry=continuity.registry,
        postman=postman_of(continuity),
        patience=continuity.settings.patience(),
        owner=owner,
        monotonic=time.monotonic,
        jitter=random.random,
        stopping=stopping,
        count=continuity.metrics.told,
    )


class Rounds:
    """Looks for webhooks with something to tell, and gives each a turn; never two at once to the same.

    Those that fail get half of the threads at most, the others all but one: neither keeps the other kind from being served.
    """

    def __init__(self, courier: Courier, *, threads: int = THREADS) -> None:
        self._courier = courier
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="webhook")
        self._turn = threading.Lock()
        self._at: dict[tuple[str, str], Due] = {}

    def run(self, stop: threading.Event, *, idle: float) -> None:
        """Until `stop` is set; deliveries that are under way are finished. Looks again after `idle` seconds."""
        try:
            while not stop.wait(idle):
                self.look()
        finally:
            self.close()

    def close(self) -> None:
        """Begin nothing more; wait for what is under way."""
        self._pool.shutdown()

    def look(self) -> None:
        """Begin the turns that can be begun now."""
        registry = self._courier.registry
        if len(self._at) >= self._threads:
            return
        try:
            with registry.reading() as connection:
                found = deliveries.due(connection, now=registry.clock(), limit=_LOOKED_AT)
        except RegistryError as busy:
            _log.warning("webhooks_not_looked_at", code=busy.code, message=busy.message)
            return
        for one in found:
            if self._begun(one):
                self._pool.submit(self._go, one)

    def _begun(self, due: Due) -> bool:
        with self._turn:
            alike = sum(one.failing == due.failing for one in self._at.values())
            most = self._threads // 2 if due.failing else self._threads - 1
            if len(self._at) >= self._threads or alike >= most or due[:2] in self._at:
                return False
            self._at[due[:2]] = due
            return True

    def _go(self, due: Due) -> None:
        try:
            self._courier.turn(due)
        except RegistryError as failure:
            said = {"code": failure.code, "message": failure.message}
            _log.warning("webhook_turn_failed", studio=due.log, webhook=due.webhook, **said)
        except Exception:  # noqa: BLE001 - one webhook's trouble is not another's
            _log.exception("webhook_turn_crashed", studio=due.log, webhook=due.webhook)
        finally:
            with self._turn:
                del self._at[due[:2]]


@contextmanager
def delivering(continuity: Continuity, *, owner: str) -> Iterator[None]:
    """While this lasts, the webhooks of the installation are carried on."""
    stop = threading.Event()
    rounds = Rounds(courier_of(continuity, owner=owner, stopping=stop.is_set))
    idle = continuity.settings.durations().idle
    thread = threading.Thread(target=rounds.run, args=(stop,), kwargs={"idle": idle}, name="webhooks")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
