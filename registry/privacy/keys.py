"""The key store: one random 256-bit data key per stream, in a database file of its own, apart from the log.

Backups take the log and the blobs; this file is backed up apart and kept shortly, so that a destroyed key is gone everywhere
soon. The file is readable by its owner only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pysqlite3 import dbapi2 as sqlite

from registry.errors import LogBusy

RandomBytes = Callable[[int], bytes]


class KeyStore(Protocol):
    """Data keys by stream name."""

    def find(self, streams: Iterable[str]) -> dict[str, bytes]:
        """The keys that exist among the named ones."""
        ...

    def add(self, keys: dict[str, bytes]) -> dict[str, bytes]:
        """Keep new keys durably; where a stream has one already, that one wins. Answers the winners."""
        ...


def secret_for(keys: KeyStore, purpose: str, random_bytes: RandomBytes) -> bytes:
    """The 256-bit secret of this installation for one purpose, made at first use; no stream has such a name."""
    name = f"installation:{purpose}"
    found = keys.find([name])
    return found[name] if name in found else keys.add({name: random_bytes(32)})[name]


class KeyFile:
    """Keys in an SQLite file of its own (WAL, synchronous=FULL: a key must not be lost once an event is sealed under it)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = threading.Lock()
        self._db = sqlite.connect(str(path), isolation_level=None, check_same_thread=False, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS keys (stream TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID"
        )

    def find(self, streams: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._lock, _ours():
            for stream in streams:
                row = self._db.execute("SELECT key FROM keys WHERE stream = ?", (stream,)).fetchone()
                if row is not None:
                    found[stream] = row[0]
        return found

    def add(self, keys: dict[str, bytes]) -> dict[str, bytes]:
        with self._lock, _ours():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", list(keys.items()))
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk has rolled back already
                    self._db.execute("ROLLBACK")
                raise
        return self.find(keys)

    def close(self) -> None:
        with self._lock:
            self._db.close()


@contextmanager
def _ours() -> Iterator[None]:
    """A key store that fails stops the append that needs its key, as the log itself would."""
    try:
        yield
    except sqlite.Error as failure:
        raise LogBusy(
            f"the key store could not be used: {failure}",
            hint="if it says the disk is full, make room; then repeat with the same key",
            landed=False,
        ) from failure
