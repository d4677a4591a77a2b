"""Leaving no trace in PostgreSQL of rows that were changed or deleted: not in files, nor in what the planner notes of them.

A table is rewritten, and its old file goes. What an older transaction still sees is kept by that, so whoever reads for long
stands in the way and is waited for. What the server's write-ahead log still holds goes with its segments
(docs/how-to/production.md).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, inspect, text

from registry.errors import LogBusy

_KEPT: Final = frozenset({"events", "heads", "alembic_version", "installation"})
"""Tables whose rows never change, or hold nothing but positions."""
_PAUSE_SECONDS: Final = 0.2
_WORDS: Final = (
    *("view_assets.fingerprint", "view_called.word", "view_digests.digest"),
    *(f"view_looks_like.part_{part}" for part in range(8)),
)
"""Of a person, though they are looked up by; parts of what somebody looks like are numbers."""
_TEXTS: Final = text(
    """SELECT t.relname, c.attname FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND c.attnum > 0
    AND t.relname <> ALL (:kept) AND (t.relname || '.' || c.attname = ANY (:words)
        OR c.atttypid IN ('text'::regtype, 'varchar'::regtype, 'bytea'::regtype)
        AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND c.attnum = ANY (i.indkey)))"""
)


def note_no_words(connection: Connection) -> None:
    """The planner notes no values of columns that may speak of a person, as no erasure could reach them there.

    It goes without for all text by which nothing is looked up. Runs as the owner of the tables; may be repeated.
    """
    for table, column in connection.execute(_TEXTS, {"kept": list(_KEPT), "words": list(_WORDS)}).all():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET STATISTICS 0')


def rewrite(connection: Connection, *, seconds: float) -> None:
    """Rewrite every table whose rows may have been changed, outside any transaction.

    Raises LogBusy when after so many seconds something still sees what was there before.
    """
    left, end = sorted(set(inspect(connection).get_table_names()) - _KEPT), time.monotonic() + seconds
    while left := list(_still_seen(connection, left)):
        if time.monotonic() > end:
            raise LogBusy(
                f"{', '.join(left)} cannot be rid of old rows: a session that began before still sees them",
                hint="let what reads for long (a rebuild, a backup, somebody's transaction) come to its end, then repeat; if "
                "there is none, `continuity migrate` gives the services the right",
            )
        time.sleep(_PAUSE_SECONDS)


def _still_seen(connection: Connection, tables: Iterable[str]) -> Iterator[str]:
    """Those of the tables in which old rows had to be kept."""
    for table in tables:
        with _notices(connection) as said:
            connection.exec_driver_sql(f'VACUUM (FULL, VERBOSE) "{table}"')
        # "1 dead row versions cannot be removed yet …", in whatever language the server speaks; nothing when it refuses.
        kept = [int(count[0]) for detail in said if (count := re.search(r"\d+", detail))]
        if not kept or any(kept):
            yield table


@contextmanager
def _notices(connection: Connection) -> Iterator[list[str]]:
    """The details of what the server says meanwhile."""
    driver: Any = connection.connection.dbapi_connection
    said: list[str] = []

    def hear(notice: Any) -> None:
        said.append(notice.message_detail or "")

    driver.add_notice_handler(hear)
    try:
        yield said
    finally:
        driver.remove_notice_handler(hear)
