"""Two installations for tests of archives, each with a database, keys and blobs of its own, and what one may compare of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import select

from registry.archive.exporting import Order, export_studio
from registry.archive.house import House, Tell, tell_nobody
from registry.archive.importing import Source
from registry.blobs import Blobs, store_for
from registry.log.rebuild.scratch import all_tables
from registry.log.roles import Projection
from registry.views import access, reads
from registry.views.projections import PROJECTIONS
from tests.registry.erasing.person import Person
from tests.registry.log.opened import ME, STUDIO, Opened, opened

PASSPHRASE: Final = "five words are better than one"


@dataclass
class Installation:
    """An installation, opened in a folder."""

    log: Opened
    blobs: Blobs
    folder: Path

    def house(self, tell: Tell = tell_nobody) -> House:
        return House(self.log.registry, self.log.keys, self.blobs, token_bytes, ME, tell)

    def told(self) -> Person:
        """The story of two people, told here."""
        person = Person(self.log, self.blobs, self.folder)
        person.tell()
        return person

    def events(self) -> list[tuple[object, ...]]:
        return self.log.raw("SELECT * FROM events WHERE log = :log ORDER BY position", log=STUDIO)

    def answers(self) -> list[tuple[object, ...]]:
        return self.log.raw("SELECT * FROM answers WHERE log = :log ORDER BY key", log=STUDIO)

    def kept(self) -> dict[str, tuple[str, str]]:
        """Every blob of the studio: digest and content type, each read whole."""
        found = {}
        for key in self.blobs.list(f"{STUDIO}/"):
            with self.blobs.open(key) as chunks:
                assert sum(map(len, chunks)) > 0
            stat = self.blobs.stat(key)
            found[key] = (stat.sha256, stat.content_type)
        return found

    def views(self) -> dict[str, list[tuple[object, ...]]]:
        """Each view's rows; not those of keys, studios and reads, whose positions are those of the system log."""
        tables = all_tables(_of_the_studio())
        with self.log.database.reading() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(select(table).order_by(*table.primary_key.columns))
                ]
                for table in tables
            }

    def streams(self) -> list[str]:
        return [
            str(one)
            for (one,) in self.log.raw("SELECT DISTINCT stream FROM events WHERE log = :log", log=STUDIO)
        ]


def _of_the_studio() -> Iterator[Projection]:
    return (
        projection for projection in PROJECTIONS if projection not in (access.PROJECTION, reads.PROJECTION)
    )


@contextmanager
def installation(folder: Path, blobs: Blobs | None = None) -> Iterator[Installation]:
    """On SQLite and, unless other blobs are given, on disk."""
    with opened(folder) as log:
        store = blobs or store_for(f"file://{folder}/blobs")
        try:
            yield Installation(log, store, folder)
        finally:
            store.close()


def order(place: Path, *, move: bool = False, segment: int = 7) -> Order:
    """An export to `place`; segments are short, so that there are several."""
    return Order(place / "archive", place / "studio.keys", PASSPHRASE, move=move, segment=segment)


def source(place: Path) -> Source:
    return Source(place / "archive", place / "studio.keys", PASSPHRASE)


@cache
def exported() -> TemporaryDirectory[str]:
    """One archive and its key file, made once in this process and in those it forks."""
    folder = TemporaryDirectory(prefix="exported-")
    place = Path(folder.name)
    with installation(place / "old") as old:
        old.told()
        export_studio(old.house(), STUDIO, order(place))
    return folder
