"""A log that leaves for another database, or arrives from one: closed while it does, its rows read and taken as they are.

Positions say how far an arrival has come: rows that are there already are passed over, so a cut-short one is simply given again.
The database's own guards hold for adopted rows as for all others, and views are projected in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from registry.errors import HistoryTampered, Refusal
from registry.log.engine.database import Database
from registry.log.engine.quick import Quick, rows_of
from registry.log.feed.feed import BETWEEN
from registry.log.roles import LeafHash, Projection
from registry.log.rows import RowReader
from registry.log.tables import ANSWERS, EVENTS, HEADS

Row = dict[str, Any]
PAGE: Final = 1_000
_COLUMNS: Final = [column.name for column in EVENTS.columns]
_ANSWERS_AT_ONCE: Final = 200


class NotArriving(Refusal):
    """Rows were offered to a log that nobody has opened for an arrival."""

    code = "not-arriving"


class Transact(Protocol):
    """How work is done that holds the head of `log`; it may run twice when the database is lost."""

    def __call__(self, work: Callable[[Connection], Any], *, log: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a log stands: its last position, and why nothing may be appended to it."""

    position: int
    closed: str


@dataclass(frozen=True, slots=True)
class Moves:
    """The door for whole logs. `transact` runs work in a write transaction that holds a log's head."""

    database: Database
    transact: Transact
    reader: RowReader
    projections: Sequence[Projection]
    leaf_hash: LeafHash

    def alone(self, log: str) -> AbstractContextManager[None]:
        """One process of the installation at a time brings this log in."""
        return self.database.alone(f"import-{log}")

    def standing(self, log: str) -> Standing:
        with self.database.reading(log) as connection:
            row = connection.execute(select(HEADS).where(HEADS.c.log == log)).one_or_none()
        return Standing(row.position, row.closed) if row else Standing(0, "")

    def close(self, log: str, why: str) -> None:
        """From the return on, `handle` appends nothing to this log; an empty `why` lets it again. May be repeated.

        `why` is one of `closing.REASONS`.
        """

        def work(connection: Connection) -> None:
            known = _locked(connection, log) is not None
            values = (
                {"closed": why} if known else {"log": log, "position": 0, "recorded_at": 0, "closed": why}
            )
            change = update(HEADS).where(HEADS.c.log == log) if known else insert(HEADS)
            connection.execute(change.values(**values))

        self.transact(work, log=log)

    def rows(self, log: str, *, after: int, until: int) -> Iterator[Row]:
        """Every row after one position up to another as it is stored. Raises HistoryTampered on a hole or a wrong hash."""
        while after < until:
            asked = {"of_log": log, "after": after, "until": min(until, after + PAGE)}
            with self.database.reading(log) as connection:
                page = rows_of(connection, BETWEEN, asked)
            if not page:
                raise _tampered(log, after + 1, "is missing")
            for found in page:
                row = dict(zip(_COLUMNS, found, strict=True))
                self._check(log, after + 1, row)
                yield row
                after += 1

    def leaf(self, log: str, position: int) -> bytes | None:
        """The stored hash of one event; None where the log does not reach."""
        query = select(EVENTS.c.leaf_hash).where(EVENTS.c.log == log, EVENTS.c.position == position)
        with self.database.reading(log) as connection:
            found = connection.execute(query).scalar()
        return None if found is None else bytes(found)

    def digest(self, log: str, until: int) -> str:
        """SHA-256 over the hashes of all events up to a position, in order: two logs that agree in it agree in everything."""
        digest, after = sha256(), 0
        while after < until:
            end = min(until, after + 10 * PAGE)
            query = select(EVENTS.c.leaf_hash).where(
                EVENTS.c.log == log, EVENTS.c.position > after, EVENTS.c.position <= end
            )
            with self.database.reading(log) as connection:
                leaves = connection.execute(query.order_by(EVENTS.c.position)).scalars().all()
            if len(leaves) < end - after:
                raise _tampered(log, after + 1 + len(leaves), "or one before it is missing")
            for leaf in leaves:
                digest.update(leaf)
            after = end
        return digest.hexdigest()

    def adopt(self, log: str, rows: Sequence[Row]) -> None:
        """Append rows exactly as they are, and project them; those below the head are here already and passed over.

        Raises NotArriving, HistoryTampered (a hole, another log's row, a wrong hash, time that runs back) and LogBusy, after
        which it may simply be repeated.
        """

        def work(connection: Connection) -> None:
            head = _locked(connection, log)
            if head is None or head.closed != "arriving":
                raise NotArriving(f"nothing is being brought into {log}", hint="begin the import again")
            fresh = [row for row in rows if row["position"] > head.position]
            if not fresh:
                return
            latest = head.recorded_at
            for expected, row in enumerate(fresh, head.position + 1):
                self._check(log, expected, row, not_before=latest)
                latest = row["recorded_at"]
            quick = Quick(connection)
            quick.execute(insert(EVENTS), fresh)
            self._project(quick, fresh)
            quick.arrive()
            moved = {"position": fresh[-1]["position"], "recorded_at": latest}
            connection.execute(update(HEADS).where(HEADS.c.log == log).values(**moved))

        self.transact(work, log=log)

    def answers(self, log: str, *, until: int, now: int) -> Iterator[Row]:
        """The kept answers to commands up to a position that still hold at `now`, by their keys."""
        after = ""
        while True:
            query = select(ANSWERS).where(
                *(ANSWERS.c.log == log, ANSWERS.c.key > after),
                *(ANSWERS.c.position <= until, ANSWERS.c.expires > now),
            )
            with self.database.reading(log) as connection:
                page = (
                    connection.execute(query.order_by(ANSWERS.c.key).limit(_ANSWERS_AT_ONCE)).mappings().all()
                )
            yield from (dict(row) for row in page)
            if not page:
                return
            after = page[-1]["key"]

    def keep_answers(self, log: str, rows: Sequence[Row]) -> None:
        """Take over kept answers; the one under a key that is here already goes."""

        def work(connection: Connection) -> None:
            for row in rows:
                connection.execute(delete(ANSWERS).where(ANSWERS.c.log == log, ANSWERS.c.key == row["key"]))
                connection.execute(insert(ANSWERS).values(**row | {"log": log}))

        self.transact(work, log=log)

    def _project(self, quick: Quick, rows: Sequence[Row]) -> None:
        connection: Any = quick  # of a connection projections use `execute` alone, and that is here
        recorded = list(self.reader.all([row[name] for name in _COLUMNS] for row in rows))
        for projection in self.projections:
            if wanted := [event for event in recorded if event.type in projection.events]:
                projection.project(connection, wanted)

    def _check(self, log: str, expected: int, row: Mapping[str, Any], *, not_before: int = 0) -> None:
        if row["log"] != log or row["position"] != expected:
            raise _tampered(log, expected, f"is missing ({row['log']} {row['position']} is there)")
        if self.leaf_hash(row) != row["leaf_hash"]:
            raise _tampered(log, expected, "was changed: its hash is not that of its columns")
        if row["recorded_at"] < not_before:
            raise _tampered(log, expected, "was recorded before the one in front of it")


def _locked(connection: Connection, log: str) -> Any:
    return connection.execute(select(HEADS).where(HEADS.c.log == log).with_for_update()).one_or_none()


def _tampered(log: str, position: int, what: str) -> HistoryTampered:
    return HistoryTampered(
        f"position {position} of {log} {what}", hint="look at the database, and compare with a backup"
    )
