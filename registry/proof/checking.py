"""From what a person names (a database, an archive, files, keys) to a report; the command lines stand on this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry.proof.held import HeldNote, Keyring, notes_in
from registry.proof.note import NoteInvalid
from registry.proof.report import Report
from registry.proof.sources.archive import Archive
from registry.proof.sources.postgres import PostgresDatabase
from registry.proof.sources.source import Source, SourceUnusable
from registry.proof.sources.sqlite_file import SqliteFile
from registry.proof.verify import Tell, verify


class Unusable(Exception):
    """What was named cannot be used, so nobody can tell; says what and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look at, and what is held: `places` are files and folders of checkpoints, `keys` as `Keyring.read` takes them."""

    database: str | None = None
    archive: Path | None = None
    places: tuple[Path, ...] = ()
    keys: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()


def check(
    asked: Asked,
    *,
    source: Source | None = None,
    more: Sequence[HeldNote] = (),
    tell: Tell = lambda _done, _all: None,
) -> Report:
    """The report on a database, an archive, or a source that is handed in; `more` are notes at hand. Raises Unusable."""
    try:
        notes, keys = [*notes_in(asked.places), *more], Keyring.read(asked.keys)
        with _opened(asked, source) as opened:
            return verify(opened, notes, keys, logs=asked.logs, tell=tell)
    except OSError as failure:
        raise Unusable(f"{failure.filename}: {failure.strerror}") from None
    except (NoteInvalid, SourceUnusable) as refused:
        raise Unusable(str(refused)) from None


@contextmanager
def _opened(asked: Asked, source: Source | None) -> Iterator[Source]:
    found = source or _source(asked)
    try:
        yield found
    finally:
        found.close()


def _source(asked: Asked) -> Source:
    if asked.archive is not None:
        return Archive(asked.archive)
    address = asked.database or ""
    if address.startswith(("postgresql://", "postgres://")):
        return PostgresDatabase(address)
    return SqliteFile(Path(address.removeprefix("sqlite:///")))
