"""The key store on PostgreSQL, for several machines: a database of its own, never the log's, so that backups stay apart.

The same promises as the file's (`keys.py`). A destroyed key is overwritten by its tombstone and the table rewritten; what the
server's write-ahead log and its archive still hold of it goes with their own, short, retention (docs/how-to/production.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import psycopg

from registry.errors import LogBusy
from registry.privacy.keys import TOMBSTONE

T = TypeVar("T")
_Connection = psycopg.Connection[tuple[Any, ...]]
_CONNECTING: Final[dict[str, Any]] = {
    "autocommit": True,
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "tcp_user_timeout": 20_000,
    "application_name": "continuity-keys",
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=5s",
}
"""Who hangs while it destroys keys is cut off before those behind it give up, as in the log's database."""
_SCHEMA: Final = (
    "SELECT pg_advisory_xact_lock(hashtextextended('continuity.keys', 0))",
    'CREATE TABLE IF NOT EXISTS keys (stream text COLLATE "C" PRIMARY KEY, key bytea NOT NULL)',
    "CREATE TABLE IF NOT EXISTS erasures (one boolean PRIMARY KEY DEFAULT true CHECK (one), count bigint NOT NULL)",
    "INSERT INTO erasures (count) VALUES (0) ON CONFLICT DO NOTHING",
)
_BURY: Final = """INSERT INTO keys SELECT unnest(%s::text[]), %s
    ON CONFLICT (stream) DO UPDATE SET key = excluded.key WHERE keys.key <> excluded.key"""


class KeyTable:
    """One connection, made anew when it is lost; everything asked of it may be asked twice."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._kept: _Connection | None = None
        self._ask(_make)

    def find(self, streams: Iterable[str]) -> dict[str, bytes]:
        query = "SELECT stream, key FROM keys WHERE stream = ANY(%s) AND key <> %s"
        asked = [list(streams), TOMBSTONE]
        return self._ask(lambda connection: dict(connection.execute(query, asked).fetchall()))

    def destroyed(self, streams: Iterable[str]) -> frozenset[str]:
        query = "SELECT stream FROM keys WHERE stream = ANY(%s) AND key = %s"
        asked = [list(streams), TOMBSTONE]
        return self._ask(lambda connection: frozenset(row[0] for row in connection.execute(query, asked)))

    def add(self, keys: dict[str, bytes]) -> dict[str, bytes]:
        def insert(connection: _Connection) -> None:
            connection.execute(
                "INSERT INTO keys SELECT * FROM unnest(%s::text[], %s::bytea[]) ON CONFLICT DO NOTHING",
                [list(keys), list(keys.values())],
            )

        self._ask(insert)
        return self.find(keys)

    def destroy(self, streams: Iterable[str]) -> int:
        buried = list(dict.fromkeys(streams))

        def bury(connection: _Connection) -> int:
            with connection.transaction():
                changed = connection.execute(_BURY, [buried, TOMBSTONE]).rowcount
                if changed:
                    connection.execute("UPDATE erasures SET count = count + 1")
            connection.execute("VACUUM (FULL) keys")
            return changed

        return self._ask(bury)

    def erasures(self) -> int:
        def count(connection: _Connection) -> int:
            return int(connection.execute("SELECT count FROM erasures").fetchall()[0][0])

        return self._ask(count)

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _ask(self, question: Callable[[_Connection], T]) -> T:
        """Ask, and once more on a new connection when the old one was lost. Raises LogBusy."""
        with self._lock:
            try:
                try:
                    return question(self._connection())
                except psycopg.Error:
                    if self._kept is not None and not self._kept.closed:
                        raise
                    self._let_go()
                    return question(self._connection())
            except psycopg.Error as failure:
                self._let_go()
                raise LogBusy(
                    f"the key store could not be used: {(str(failure).splitlines() or [''])[0]}",
                    hint="look at its database and the way to it; then repeat with the same key",
                    landed=False,
                ) from failure

    def _connection(self) -> _Connection:
        if self._kept is None:
            self._kept = psycopg.connect(self._url, **_CONNECTING)
        return self._kept

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None


def _make(connection: _Connection) -> None:
    with connection.transaction():
        for statement in _SCHEMA:
            connection.execute(statement.encode())
