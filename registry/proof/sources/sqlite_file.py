"""The rows of an SQLite file, read in the order they lie there and nothing through an index: those could be made to lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

try:
    from pysqlite3 import dbapi2 as sqlite  # bundles a build that is free of the write-ahead log's old holes
except ImportError:  # a machine without the service: any build reads
    import sqlite3 as sqlite

from registry.proof.held import HeldNote
from registry.proof.leaf import COLUMNS, INTEGERS
from registry.proof.sources.source import BATCH, SELECTED, SourceDamaged, SourceUnusable
from registry.proof.walk import Row

_KINDS = {name: "integer" if name in INTEGERS else "text" for name in COLUMNS} | {
    "body": "blob",
    "leaf_hash": "blob",
}
_MISFITS = "SELECT log, position FROM events NOT INDEXED WHERE " + " OR ".join(  # noqa: S608 - names of columns
    f"typeof({name}) <> '{kind}'" for name, kind in _KINDS.items()
)
_EVENTS = f"SELECT {SELECTED} FROM events NOT INDEXED ORDER BY rowid"  # noqa: S608 - names of columns


class SqliteFile:
    """A database file, opened so that nothing can be written. Its services may run."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise SourceUnusable(f"there is no file {path}")
        try:
            self._db = sqlite.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
            self._db.text_factory = bytes
            self._db.execute("BEGIN")
            self._db.execute("SELECT 1 FROM events LIMIT 1").fetchall()
        except sqlite.Error as failure:
            raise SourceUnusable(f"{path} cannot be read as a database of Continuity: {failure}") from None

    def heads(self) -> dict[str, int]:
        found = self._all("SELECT log, position FROM heads")
        return {bytes(log).decode(errors="replace"): int(position) for log, position in found}

    def rows(self) -> Iterator[Sequence[Row]]:
        try:
            cursor = self._db.execute(_EVENTS)
            while some := cursor.fetchmany(BATCH):
                yield some
        except sqlite.Error as failure:
            raise SourceDamaged(f"the file cannot be read on: {failure}") from None

    def notes(self) -> Iterator[HeldNote]:
        yield from ()

    def misfits(self) -> Iterator[tuple[str, int, str]]:
        found = self._all(_MISFITS)
        for log, position in found:
            name = log.decode(errors="replace") if isinstance(log, bytes) else str(log)
            yield (
                name,
                position if isinstance(position, int) else 0,
                "a column is kept as another kind than it was",
            )

    def close(self) -> None:
        self._db.close()

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return list(self._db.execute(query))
        except (sqlite.Error, ValueError, TypeError) as failure:
            raise SourceDamaged(f"the file cannot be read: {failure}") from None
