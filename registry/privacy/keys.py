"""The key store: one random 256-bit data key per stream, in a database file of its own, apart from the log.

Backups take the log and the blobs; this file is backed up apart and kept shortly, so that a destroyed key is gone everywhere
soon. The file is readable by its owner only.

A destroyed key leaves a tombstone: its stream never gets another key, or what was sealed before would look tampered with.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from pysqlite3 import dbapi2 as sqlite

from registry.errors import LogBusy
from registry.lasting import make_folder, sync_emptied

RandomBytes = Callable[[int], bytes]
_PATIENCE: Final = 30.0
"""Seconds for which another process is waited for."""
TOMBSTONE: Final = b""
"""Stands where a destroyed key was."""


class KeyStore(Protocol):
    """Data keys by stream name."""

    def find(self, streams: Iterable[str]) -> dict[str, bytes]:
        """The keys that exist among the named ones."""
        ...

    def add(self, keys: dict[str, bytes]) -> dict[str, bytes]:
        """Keep new keys durably; where a stream has one already, that one wins. Answers the winners.

        A stream whose key was destroyed gets none, and is missing from the answer.
        """
        ...

    def destroyed(self, streams: Iterable[str]) -> frozenset[str]:
        """Those of the streams whose keys were destroyed."""
        ...

    def destroy(self, streams: Iterable[str]) -> int:
        """Destroy keys for good, also those that were never made; the bytes are gone from the files on return.

        Answers how many were destroyed by this call. May be repeated.
        """
        ...

    def erasures(self) -> int:
        """How often keys were destroyed so far, by whatever process; cheap, as every cache of plain text asks."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_keys(address: str) -> KeyStore:
    """The key store at an address: a file's path, or `postgresql://…` for one that several machines share. Raises LogBusy."""
    if address.startswith("postgresql://"):
        from registry.privacy.key_table import KeyTable

        return KeyTable(address)
    return KeyFile(Path(address))


def secret_for(keys: KeyStore, purpose: str, random_bytes: RandomBytes) -> bytes:
    """The 256-bit secret of this installation for one purpose, made at first use; no stream has such a name."""
    name = f"installation:{purpose}"
    found = keys.find([name])
    return found[name] if name in found else keys.add({name: random_bytes(32)})[name]


class KeyFile:
    """Keys in an SQLite file of its own (WAL, synchronous=FULL: a key must not be lost once an event is sealed under it)."""

    def __init__(self, path: Path) -> None:
        make_folder(path.parent, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._path = path
        self._lock = threading.Lock()
        self._db = sqlite.connect(str(path), isolation_level=None, check_same_thread=False, timeout=_PATIENCE)
        self._write_ahead()
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS keys (stream TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID"
        )

    def _write_ahead(self) -> None:
        """SQLite does not wait here by itself when another process that starts is doing the same."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
            except sqlite.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
            else:
                return

    def find(self, streams: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._lock, _ours():
            for stream in streams:
                row = self._db.execute("SELECT key FROM keys WHERE stream = ?", (stream,)).fetchone()
                if row is not None and row[0] != TOMBSTONE:
                    found[stream] = row[0]
        return found

    def destroyed(self, streams: Iterable[str]) -> frozenset[str]:
        question = "SELECT 1 FROM keys WHERE stream = ? AND key = ?"
        with self._lock, _ours():
            return frozenset(
                stream for stream in streams if self._db.execute(question, (stream, TOMBSTONE)).fetchone()
            )

    def destroy(self, streams: Iterable[str]) -> int:
        rows = [(stream, TOMBSTONE) for stream in dict.fromkeys(streams)]
        with self._lock, _ours():
            with self._transaction():
                before = self._db.total_changes
                self._db.executemany(
                    "INSERT INTO keys VALUES (?, ?) ON CONFLICT DO UPDATE SET key = excluded.key "
                    "WHERE key <> excluded.key",
                    rows,
                )
                changed = int(self._db.total_changes - before)
                if changed:
                    self._db.execute(f"PRAGMA user_version = {self._count() + 1}")
            # Pages that were moved about hold old bytes even so; and until the log before them is emptied, it holds the keys.
            self._db.execute("VACUUM")
            busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise sqlite.OperationalError("its write-ahead log is in use and could not be emptied")
            sync_emptied(self._path)
            return changed

    def erasures(self) -> int:
        with self._lock, _ours():
            return self._count()

    def _count(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def add(self, keys: dict[str, bytes]) -> dict[str, bytes]:
        with self._lock, _ours(), self._transaction():
            self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", list(keys.items()))
        return self.find(keys)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk has rolled back already
                self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        with self._lock:
            self._db.close()


@contextmanager
def _ours() -> Iterator[None]:
    """A key store that fails stops the append that needs its key, as the log itself would."""
    try:
        yield
    except (sqlite.Error, OSError) as failure:
        said = failure.strerror if isinstance(failure, OSError) else failure
        raise LogBusy(
            f"the key store could not be used: {said}",
            hint="if it says the disk is full, make room; then repeat with the same key",
            landed=False,
        ) from failure
