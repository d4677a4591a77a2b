"""The thread that carries callbacks out: to loopback addresses only, once each, whatever the answer."""

from __future__ import annotations

import heapq
import http.client
import ipaddress
import itertools
import logging
import threading
from collections import deque
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from generation.sandbox.callbacks import Notice, notices, written
from generation.sandbox.creations import Found
from generation.sandbox.faults import CALLBACK_DEEDS
from generation.sandbox.occasions import Occasion
from generation.sandbox.world import World

_TICK = 0.02
_TIMEOUT = 5.0
_REMEMBERED = 10_000
_log = logging.getLogger("generation.sandbox")


@dataclass(frozen=True)
class Delivery:
    """One callback that was tried: the true status, when (virtual ms), what was answered, or why nothing was."""

    task_id: str
    external_task_id: str
    status: str
    url: str
    at: int
    faults: tuple[str, ...]
    answered: int | None
    problem: str

    def record(self) -> dict[str, Any]:
        return asdict(self)


class Postman:
    """Tells each status change of tasks that asked for it. The vendor documents neither retries nor order (contract 9),
    so there is one try each. What is due waits in two heaps: changes by virtual time, letters by real time.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = itertools.count()
        self._guard = threading.Lock()
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._changes: list[tuple[float, int, Notice]] = []
        self._letters: list[tuple[float, int, Notice]] = []
        self._held: dict[str, list[Notice]] = {}
        self._thread: threading.Thread | None = None
        self._deliveries: deque[Delivery] = deque(maxlen=_REMEMBERED)

    def watch(self, task: Found, after: float = 0.0) -> None:
        """Tell that task's status changes later than `after`, if it asked for callbacks."""
        if not task.callback_url:
            return
        with self._guard:
            for notice in notices(task, [self._world.request_id() for _ in range(3)]):
                if notice.moment >= after:
                    heapq.heappush(self._changes, (notice.moment, next(self._numbers), notice))
        self._news.set()

    def delivered(self) -> list[Delivery]:
        """Every callback that was tried, oldest first; only so many are remembered."""
        with self._guard:
            return list(self._deliveries)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sandbox-callbacks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a letter on its way is given up with it."""
        self._stopping.set()
        self._news.set()
        if self._thread:
            self._thread.join(_TIMEOUT + 1)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for notice in self._happened():
                self._post(notice)
            for notice in self._due():
                self._send(notice)
            with self._guard:
                idle = not self._changes and not self._letters
                self._news.clear()
            self._news.wait(None if idle else _TICK)

    def _happened(self) -> list[Notice]:
        return self._popped(self._changes, self._world.clock.now())

    def _due(self) -> list[Notice]:
        return self._popped(self._letters, self._world.clock.real())

    def _popped(self, heap: list[tuple[float, int, Notice]], now: float) -> list[Notice]:
        popped = []
        with self._guard:
            while heap and heap[0][0] <= now:
                popped.append(heapq.heappop(heap)[2])
        return popped

    def _post(self, bare: Notice) -> None:
        """Turn a change into letters: none, one or several, now or later, as ordered."""
        notice = self._with_faults(bare)
        if notice.ordered("hold") and not notice.ends:
            self._held.setdefault(notice.task.task_id, []).append(notice)
            return
        delay, repeat = notice.ordered("delay"), notice.ordered("repeat")
        times = 0 if notice.ordered("withhold") else 1 + (repeat.count if repeat else 0)
        letters = [notice] * times + self._held.pop(notice.task.task_id, [])
        due = self._world.clock.real() + (delay.seconds if delay else 0.0)
        with self._guard:
            for letter in letters:
                heapq.heappush(self._letters, (due, next(self._numbers), letter))

    def _with_faults(self, notice: Notice) -> Notice:
        occasion = Occasion.of("callback", notice.task, notice.status)
        with self._world.lock:
            taken = self._world.faults.take_each(CALLBACK_DEEDS, occasion)
            drawn = None if taken else self._world.chaos.draw(occasion)
        return replace(notice, faults=tuple(taken or ([drawn] if drawn else [])))

    def _send(self, notice: Notice) -> None:
        answered, problem = None, ""
        try:
            with self._world.lock:
                body, headers = written(self._world, notice, timestamp=int(self._world.clock.real()))
            answered = _posted(notice.task.callback_url, body, headers)
        except (OSError, http.client.HTTPException, ValueError) as wrong:
            problem = f"{type(wrong).__name__}: {wrong}"[:300]
            _log.info("no callback for task %s: %s", notice.task.task_id, problem)
        self._remember(notice, answered, problem)

    def _remember(self, notice: Notice, answered: int | None, problem: str) -> None:
        delivery = Delivery(
            task_id=notice.task.task_id,
            external_task_id=notice.task.external_task_id,
            status=notice.status,
            url=notice.task.callback_url,
            at=self._world.clock.milliseconds(),
            faults=tuple(fault.do for fault in notice.faults),
            answered=answered,
            problem=problem,
        )
        with self._guard:
            self._deliveries.append(delivery)


def _posted(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status a loopback address answered; raises ValueError for another address, OSError and HTTPException."""
    parts = urlsplit(url)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    if parts.scheme != "http" or not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"callbacks go to http on loopback only, not to {url[:200]!r}")
    connection = http.client.HTTPConnection(host, parts.port or 80, timeout=_TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        with connection.getresponse() as response:
            return response.status
    finally:
        connection.close()
