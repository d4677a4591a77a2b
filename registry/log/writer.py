"""The writer: commits what has gathered, one transaction for many calls (group commit).

1. Take what waits (`pen`), take the turn between processes, begin a transaction that holds the heads it writes to.
2. Decide every call (`batch`), seal, make new keys durable, insert, project, answer, move the heads, commit.
3. Only then promote the states and wake the callers.

SQLite has one pen and one transaction for all logs. On PostgreSQL logs are independent: each keeps to one of several pens and
has transactions of its own, and plain works (leases, counts) have another pen. If a transaction fails on data, its calls run
again one by one, so a poisoned one fails only its caller. If the connection is lost, the batch's event ids are looked up under
the head's lock: what is there is acknowledged, the rest runs again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from registry.errors import LogBusy, RegistryError
from registry.log.batch import NEW_HEAD, Batch, Outcome
from registry.log.engine.database import Database
from registry.log.engine.quick import Quick
from registry.log.pen import Pen, Ticket, Work
from registry.log.roles import Handle, Projection
from registry.log.tables import EVENTS, HEADS

RETRY_SECONDS: Final = 10.0
"""How long a lost database is waited for before callers are told that nobody knows."""
MOST_LOSSES: Final = 3
"""How often in a row a command is begun anew after the connection was lost in the middle of it."""
_PAUSE_SECONDS: Final = 0.05


class RepeatBatch(Exception):
    """Somebody else won a race that the batch must take into account; run it again."""


@dataclass
class Attempt:
    """One try to commit some tickets: what came of each until it ended or failed. `losses` is how many were lost before it."""

    tickets: list[Ticket]
    losses: int = 0
    batch: Batch | None = None
    results: list[tuple[Ticket, Any]] = field(default_factory=list)
    outcomes: list[tuple[Ticket, Outcome]] = field(default_factory=list)

    def event_ids(self) -> dict[str, list[str]]:
        """The ids of the events it wrote, by log."""
        found: dict[str, list[str]] = {}
        for row in self.batch.rows if self.batch is not None else ():
            found.setdefault(row["log"], []).append(row["event_id"])
        return found


class Writer:
    """Owns the write side of the database in this process. `submit` from any thread; `close` finishes what waits."""

    def __init__(
        self,
        database: Database,
        *,
        make_batch: Callable[[Quick], Batch],
        projections: Sequence[Projection],
        after_commit: Callable[[Sequence[str]], None],
        batch: Callable[[int], None],
    ) -> None:
        self._database = database
        self._make_batch = make_batch
        self._projections = projections
        self._after_commit = after_commit
        self._batch = batch
        self.pens = [Pen(f"log-writer-{number}", self._serve) for number in range(database.pens)]
        if database.pens > 1:
            self.pens.append(Pen("log-works", self._serve))

    def submit(self, work: Handle | Work, *, timeout: float, log: str | None = None) -> Any:
        """Run `work` in a commit and wait; `log` names the head that a plain work must hold.

        Raises LogBusy when it could not be queued or committed in time.
        """
        log = work.log if isinstance(work, Handle) else log
        pen = self.pens[-1] if log is None else self.pens[crc32(log.encode()) % self._database.pens]
        return pen.submit(Ticket(work, log), timeout=timeout)

    def waiting(self) -> int:
        """How many tickets nobody has taken up yet."""
        return sum(pen.waiting() for pen in self.pens)

    def close(self) -> None:
        for pen in self.pens:
            pen.close()

    def _serve(self, tickets: list[Ticket]) -> None:
        for some in self._parted(tickets):
            self._settle_all(some)

    def _parted(self, tickets: list[Ticket]) -> Iterator[list[Ticket]]:
        """What shares a transaction."""
        if self._database.pens == 1:
            yield tickets
            return
        by_log: dict[str | None, list[Ticket]] = {}
        for ticket in tickets:
            by_log.setdefault(ticket.log, []).append(ticket)
        yield from by_log.values()

    def _settle_all(self, tickets: list[Ticket], *, losses: int = 0) -> None:
        attempt = Attempt(tickets, losses)
        while True:
            try:
                self._commit(attempt)
            except RepeatBatch:
                attempt = Attempt(tickets, losses)
            except Exception as failure:  # noqa: BLE001 - whatever it is, it goes to the caller it belongs to
                return self._failed(attempt, failure)
            else:
                return self._landed(attempt)

    def _failed(self, attempt: Attempt, failure: Exception) -> None:
        tickets = attempt.tickets
        if self._database.lost(failure):
            self._after_loss(attempt)
        elif len(tickets) == 1 or self._database.busy(failure):
            for ticket in tickets:
                ticket.done.set_exception(self._as_ours(failure))
        else:
            for ticket in tickets:
                self._settle_all([ticket])

    def _commit(self, attempt: Attempt) -> None:
        """One transaction for all tickets."""
        with self._database.turn(), self._database.appending() as quick:
            attempt.batch = batch = self._make_batch(quick)
            calls = [ticket.work for ticket in attempt.tickets if isinstance(ticket.work, Handle)]
            if len(calls) < len(attempt.tickets):
                self._database.lock_works(quick.plain())
            logs = [ticket.log for ticket in attempt.tickets if ticket.log is not None]
            batch.prepare(calls, logs, brief=len(calls) == len(attempt.tickets))
            for ticket in attempt.tickets:
                if isinstance(ticket.work, Handle):
                    attempt.outcomes.append((ticket, batch.decide(ticket.work)))
                else:
                    attempt.results.append((ticket, ticket.work(quick.plain())))
            if not batch.keys_are_durable():
                raise RepeatBatch
            batch.write([outcome for _, outcome in attempt.outcomes], self._projections)

    def _landed(self, attempt: Attempt) -> None:
        """The transaction is durable: promote, wake, answer; then the twins of calls in it."""
        if attempt.batch is not None:
            attempt.batch.promote()
            self._after_commit([*attempt.event_ids()])
        self._batch(len(attempt.tickets))
        for ticket, result in attempt.results:
            ticket.done.set_result(result)
        again = [ticket for ticket, outcome in attempt.outcomes if not _settle(ticket, outcome)]
        if again:
            self._settle_all(again)

    def _after_loss(self, attempt: Attempt) -> None:
        """Find out what came of it as soon as the database answers again."""
        deadline = time.monotonic() + RETRY_SECONDS
        landed = None
        while landed is None and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
            with suppress(SQLAlchemyError):
                landed = self._stands(attempt.event_ids())
        if landed is None:
            for ticket in attempt.tickets:
                ticket.done.set_exception(_lost(attempt))
        elif landed:
            self._landed(attempt)
        else:
            self._after_nothing_landed(attempt.tickets, attempt.losses + 1)

    def _after_nothing_landed(self, tickets: list[Ticket], losses: int) -> None:
        """Again; one by one when it comes to pass again, as one of them may be what takes too long; and not for ever."""
        if losses == 1:
            self._settle_all(tickets, losses=losses)
        elif losses <= MOST_LOSSES:
            for ticket in tickets:
                self._settle_all([ticket], losses=losses)
        else:
            for ticket in tickets:
                ticket.done.set_exception(_cut_off())

    def _stands(self, written: dict[str, list[str]]) -> bool:
        """Whether the events are in the log. The head's lock waits for a transaction that is still under way."""
        found = False
        with self._database.writing() as connection:
            for log, ids in sorted(written.items()):
                connection.execute(NEW_HEAD, {"log": log})  # waits for whoever is just making a new log's
                connection.execute(select(HEADS).where(HEADS.c.log == log).with_for_update()).all()
                query = select(EVENTS.c.position).where(EVENTS.c.log == log, EVENTS.c.event_id == ids[0])
                found = found or connection.execute(query).first() is not None
        return found

    def _as_ours(self, failure: Exception) -> Exception:
        """Foreign exceptions stop here."""
        if isinstance(failure, RegistryError) or not isinstance(failure, (SQLAlchemyError, OSError)):
            return failure
        return self._database.refusal(failure)


def _lost(attempt: Attempt) -> LogBusy:
    if attempt.batch is None:
        return LogBusy("the database cannot be reached", hint="repeat the request in a moment", landed=False)
    return LogBusy(
        "the database was lost in the middle of the command; whether it landed is unknown",
        hint="repeat the request with the same Idempotency-Key: it can only happen once",
    )


def _cut_off() -> LogBusy:
    return LogBusy(
        f"the database was lost in the middle of the command {MOST_LOSSES + 1} times; it did not land",
        hint="repeat in a moment with the same key; if it goes on, look at the server's log and at how busy machines are",
        landed=False,
    )


def _settle(ticket: Ticket, outcome: Outcome) -> bool:
    """False for a twin of an earlier call, which runs again now that there is an answer to find."""
    if outcome.again:
        return False
    if outcome.refused is not None:
        ticket.done.set_exception(outcome.refused)
    else:
        ticket.done.set_result(outcome.handled)
    return True
