"""The writer: one thread that commits whatever has gathered since it last looked (group commit).

1. Take what waits (bounded), take the writer lock between processes, begin a transaction that holds the database's write lock.
2. Decide every call (`batch`), seal, make new keys durable, insert, project, answer, move the heads, commit.
3. Only then promote the states and wake the callers.
If the transaction fails on data, its calls run again one by one, so a poisoned one fails only its caller.
"""

from __future__ import annotations

import fcntl
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from registry.errors import AlreadyRegistered, LogBusy, RegistryError
from registry.log.batch import Batch, Outcome
from registry.log.engine import Database
from registry.log.roles import Handle, Handled, Projection, Seal
from registry.log.states import States

QUEUE_SIZE: Final = 1_000
BATCH_SIZE: Final = 200


class RepeatBatch(Exception):
    """Somebody else won a race that the batch must take into account; run it again."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call in the queue, or a plain piece of work on the writer's connection (leases, rebuild)."""

    work: Handle | Callable[[Connection], Any]
    done: Future[Any]


class Writer:
    """Owns the write side of the database in this process. `submit` from any thread; `close` finishes what waits."""

    def __init__(
        self,
        database: Database,
        *,
        make_batch: Callable[[Connection], Batch],
        states: States,
        sealer: Seal,
        projections: Sequence[Projection],
        after_commit: Callable[[], None],
    ) -> None:
        self._database = database
        self._make_batch = make_batch
        self._states = states
        self._sealer = sealer
        self._projections = projections
        self._after_commit = after_commit
        self._tickets: queue.Queue[Ticket | None] = queue.Queue(QUEUE_SIZE)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Handle | Callable[[Connection], Any], *, timeout: float) -> Any:
        """Run `work` in a commit and wait. Raises LogBusy when it could not be queued or committed in time."""
        if self._closed.is_set():
            raise _shutting_down()
        done: Future[Any] = Future()
        try:
            self._tickets.put(Ticket(work, done), timeout=timeout)
            return done.result(timeout)
        except queue.Full:
            raise LogBusy(
                "too many commands wait for the log", hint="repeat in a moment", landed=False
            ) from None
        except TimeoutError:
            raise LogBusy(
                f"the log did not answer within {timeout:g} s; whether the command landed is unknown",
                hint="repeat the request with the same Idempotency-Key: it can only happen once",
            ) from None

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
        tickets = [first]
        while len(tickets) < BATCH_SIZE:
            try:
                waiting = self._tickets.get_nowait()
            except queue.Empty:
                return tickets, False
            if waiting is None:
                return tickets, True
            tickets.append(waiting)
        return tickets, False

    def _serve(self, tickets: list[Ticket]) -> None:
        try:
            again = self._commit(tickets)
        except RepeatBatch:
            return self._serve(tickets)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it goes to the caller it belongs to
            if len(tickets) == 1:
                tickets[0].done.set_exception(_as_ours(failure))
            else:
                for ticket in tickets:
                    self._serve([ticket])
            return None
        if again:
            self._serve(again)
        return None

    def _commit(self, tickets: list[Ticket]) -> list[Ticket]:
        """One transaction for all tickets; the ones to run again afterwards (twins of one in here) are returned."""
        results: list[tuple[Ticket, Any]] = []
        outcomes: list[tuple[Ticket, Outcome]] = []
        with self._turn(), self._database.writing() as connection:
            batch = self._make_batch(connection)
            for ticket in tickets:
                if isinstance(ticket.work, Handle):
                    outcomes.append((ticket, batch.decide(ticket.work)))
                else:
                    results.append((ticket, ticket.work(connection)))
            if not self._sealer.flush():
                raise RepeatBatch
            batch.write([outcome for _, outcome in outcomes], self._projections)
        self._states.promote(batch.overlay, {log: head.position for log, head in batch.heads.items()})
        self._after_commit()
        for ticket, result in results:
            ticket.done.set_result(result)
        return [ticket for ticket, outcome in outcomes if not _settle(ticket, outcome)]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The lock between writer processes on one machine: a fair queue before SQLite's own unfair one."""
        with self._database.writer_lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _settle(ticket: Ticket, outcome: Outcome) -> bool:
    if outcome.again:
        return False
    if outcome.refused is not None:
        ticket.done.set_exception(outcome.refused)
    else:
        handled: Handled | None = outcome.handled
        ticket.done.set_result(handled)
    return True


def _shutting_down() -> LogBusy:
    """For commands that never reached a transaction."""
    return LogBusy(
        "the log is shutting down", hint="repeat the request with the same key in a moment", landed=False
    )


def _rolled_back(origin: str) -> bool:
    """SQLite undoes a commit that finds the disk full or the file locked; of other failures nobody can be sure."""
    return origin in ("database or disk is full", "database is locked")


def _as_ours(failure: Exception) -> RegistryError | Exception:
    """Foreign exceptions stop here: uniqueness in a view, a locked or full database."""
    if not isinstance(failure, (SQLAlchemyError, OSError)):
        return failure
    # An operating system's own words would show callers where our files lie.
    origin = (
        (failure.strerror or "") if isinstance(failure, OSError) else str(getattr(failure, "orig", failure))
    )
    if "UNIQUE constraint failed" in origin:
        return AlreadyRegistered(
            f"something with these properties exists already ({origin.partition(': ')[2]})",
            hint="look it up and use it",
        )
    return LogBusy(
        f"the database could not take the command: {origin}",
        hint="if it says the disk is full, make room; if it says locked, repeat in a moment with the same key",
        **({"landed": False} if _rolled_back(origin) else {}),
    )
