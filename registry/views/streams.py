"""Which things of one kind has the log ever heard of?"""

from __future__ import annotations

from sqlalchemy import Connection, select

from registry.log.tables import EVENTS


def streams_of(connection: Connection, log: str, prefix: str) -> list[str]:
    """The ids of every stream of that kind, oldest first (ids sort by when they were made)."""
    named = EVENTS.c.stream.startswith(f"{prefix}_", autoescape=True)
    query = select(EVENTS.c.stream).where(EVENTS.c.log == log, named, EVENTS.c.version == 1)
    return sorted(connection.execute(query).scalars())
