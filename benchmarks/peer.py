"""The peer: the `eventsourcing` library as its documentation uses it, on the same engine with its default, order-safe
settings.

On PostgreSQL its recorder locks the events table, so that a reader of its log never misses a late commit, and takes
connections from a pool of 5 and 10 more; on SQLite it has WAL and, by the build's default, synchronous=FULL, as we
have. No snapshots and no cache, as is its default. It keeps no views, no answers and no hashes, and seals nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent
from sqlalchemy import make_url

_FULL = 2
"""What `PRAGMA synchronous` answers for FULL."""


class Described(Aggregate):
    """Something with a label and a text, as an asset has them."""

    @event("Registered")
    def __init__(self, label: str) -> None:
        self.label = label
        self.description = ""

    @event("Described")
    def describe(self, label: str, description: str) -> None:
        self.label = label
        self.description = description


class Descriptions(Application[UUID]):
    """The application; its log may be read by pages as large as ours (its default is 10)."""

    log_section_size = 1_000


class Peer:
    """An application of the library on a database of its own. `close` lets go of it."""

    def __init__(self, url: str) -> None:
        self.application = Descriptions(env=_environment(url))
        self.recorder = self.application.recorder
        if url.startswith("sqlite"):
            _check_durable(self.recorder)

    def close(self) -> None:
        self.application.close()

    def recording(self, events: int, body: bytes) -> Callable[[], object]:
        """A caller that only records: so many stored events of one stream in one call, ready made."""
        stream, version = uuid4(), 0

        def call() -> None:
            nonlocal version
            first = version
            version += events
            self.recorder.insert_events(
                [StoredEvent(stream, number, "peer:Described", body) for number in range(first, version)]
            )

        return call

    def saving(self, events: int, text: str) -> Callable[[], object]:
        """A caller with an aggregate in memory: so many changes, one save."""
        aggregate, turn = Described(label="take 0"), 0
        self.application.save(aggregate)

        def call() -> None:
            nonlocal turn
            for _ in range(events):
                turn += 1
                aggregate.describe(f"take {turn}", text)
            self.application.save(aggregate)

        return call

    def filled(self, events: int, text: str) -> UUID:
        """A stream of so many events; its id."""
        aggregate = Described(label="take 0")
        for turn in range(1, events):
            aggregate.describe(f"take {turn}", text)
        self.application.save(aggregate)
        return aggregate.id

    def replay(self, stream: UUID) -> object:
        """The aggregate, from its events."""
        return self.application.repository.get(stream)

    def feed(self, *, page: int, decoded: bool) -> int:
        """Every event of the log in pages, as domain events or as they are stored; how many there were."""
        read, after = 0, 1
        while found := self.application.notification_log.select(start=after, limit=page):
            if decoded:
                for notification in found:
                    self.application.mapper.to_domain_event(notification)
            read, after = read + len(found), found[-1].id + 1
        return read


def text_for(body: bytes) -> str:
    """A description that makes the library's own event about as long as `body`."""
    empty = 150
    return "x" * max(1, len(body) - empty)


def _environment(url: str) -> dict[str, str]:
    if url.startswith("sqlite"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(make_url(url).database)}
    where = make_url(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(where.database),
        "POSTGRES_HOST": str(where.host),
        "POSTGRES_PORT": str(where.port),
        "POSTGRES_USER": str(where.username),
        "POSTGRES_PASSWORD": where.password or "",
    }


def _check_durable(recorder: Any) -> None:
    """A build of SQLite whose default is weaker would make another race of it."""
    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        found = cursor.fetchone()[0]
    if found != _FULL:
        raise RuntimeError(
            f"the peer's SQLite commits with synchronous={found}, not FULL: no fair comparison"
        )
