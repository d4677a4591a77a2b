"""A pen: one thread that takes what has gathered since it last looked and has it committed (group commit).

The queue is bounded; who cannot be queued or is not served in time is told so. Closing finishes what waits.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from registry.errors import LogBusy
from registry.log.roles import Handle

QUEUE_SIZE: Final = 1_000
BATCH_SIZE: Final = 200
MOMENT_SECONDS: Final = 0.0005
Work = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call in the queue, or a plain piece of work on the writer's connection (leases, say); `log`: whose head it holds."""

    work: Handle | Work
    log: str | None
    done: Future[Any] = field(default_factory=Future)


class Pen:
    """Gathers tickets and hands them to `serve`, which settles every one of them."""

    def __init__(self, name: str, serve: Callable[[list[Ticket]], None]) -> None:
        self._serve = serve
        self._tickets: queue.Queue[Ticket | None] = queue.Queue(QUEUE_SIZE)
        self._closed = threading.Event()
        self._gathered = 1
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, ticket: Ticket, *, timeout: float) -> Any:
        """Wait until `ticket` is settled. Raises LogBusy when it could not be queued or committed in time."""
        if self._closed.is_set():
            raise _shutting_down()
        until = time.monotonic() + timeout
        try:
            self._tickets.put(ticket, timeout=timeout)
            return ticket.done.result(max(0.0, until - time.monotonic()))
        except queue.Full:
            raise LogBusy(
                "too many commands wait for the log", hint="repeat in a moment", landed=False
            ) from None
        except TimeoutError:
            raise LogBusy(
                f"the log did not answer within {timeout:g} s; whether the command landed is unknown",
                hint="repeat the request with the same Idempotency-Key: it can only happen once",
            ) from None

    def waiting(self) -> int:
        """How many tickets nobody has taken up yet."""
        return self._tickets.qsize()

    def close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            self._tickets.put(None)
            self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._tickets.get()
            if first is None:
                break
            tickets, stop = self._gather(first)
            self._serve(tickets)
            if stop:
                break
        while not self._tickets.empty():
            if (left := self._tickets.get_nowait()) is not None:
                left.done.set_exception(_shutting_down())

    def _gather(self, first: Ticket) -> tuple[list[Ticket], bool]:
        """What waits, and whether to stop after it. As many as came last time are waited for, for a moment: callers that were
        answered together come back one by one, and would find the batch gone that they could have shared.
        """
        tickets, until = [first], time.monotonic() + MOMENT_SECONDS
        while len(tickets) < BATCH_SIZE:
            left = until - time.monotonic() if len(tickets) < self._gathered else 0.0
            try:
                waiting = self._tickets.get(timeout=left) if left > 0 else self._tickets.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return tickets, True
            tickets.append(waiting)
        self._gathered = len(tickets)
        return tickets, False


def _shutting_down() -> LogBusy:
    """For commands that never reached a transaction."""
    return LogBusy(
        "the log is shutting down", hint="repeat the request with the same key in a moment", landed=False
    )
