"""Opening what a power cut left with the program itself, and holding it against what was promised before the cut."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import text

from registry.log.engine.database import Database
from registry.privacy.keys import KeyFile, KeyStore
from registry.proof.leaf import leaf_hash
from tests.crash.powercut.appending import DATA
from tests.crash.powercut.disk import Tree
from tests.crash.powercut.operations import Acknowledged
from tests.registry.log.opened import STUDIO, Opened, introduce, opened
from tests.servers.homes import database_of

MEMORY: Final = Path("/dev/shm")
"""Disks are laid out by the thousand, and never have to last."""


@dataclass(frozen=True)
class Promises:
    """All appends of a run, in the order of their positions, and everything they put into the log and the key store."""

    calls: tuple[Acknowledged, ...]
    rows: tuple[Any, ...]
    keys: dict[str, bytes]

    def ends(self, head: int) -> bool:
        """Whether a call ended at a position; a log that ends elsewhere holds half a call."""
        return head == 0 or any(call.position == head for call in self.calls)


@dataclass(frozen=True)
class Verdict:
    """`lost`: promised and not there. `corrupt`: there, and not as it was written. Empty where all is well."""

    lost: str = ""
    corrupt: str = ""


@contextmanager
def laid_out(tree: Tree) -> Iterator[Path]:
    """A folder that holds what the disk held."""
    with tempfile.TemporaryDirectory(prefix="powercut-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        for path, data in tree.items():
            if data is None:
                (folder / path).mkdir()
            else:
                (folder / path).write_bytes(data)
        yield folder


def promises(calls: Iterable[Acknowledged], tree: Tree) -> Promises:
    """What was promised, from the acknowledgements and the disk as it was when all had ended well."""
    ordered = tuple(sorted(calls, key=lambda call: call.position))
    with laid_out(tree) as folder, opened(folder / DATA) as log:
        rows = _found(log.database).rows
        keys = log.keys.find([row.stream for row in rows])
    told = [event[:3] for call in ordered for event in call.events]
    assert [(row.position, leaf_hash(row._mapping).hex(), row.stream) for row in rows] == told
    assert len(keys) == len(rows)
    return Promises(ordered, rows, keys)


def reopen(tree: Tree, promised: Promises, before: Sequence[Acknowledged], *, thoroughly: bool) -> Verdict:
    """Open the remains; `before` are the promises made before the cut. What recovery itself cannot digest is corrupt.

    Thoroughly is the way a service starts: migrations are looked at, the writer comes up; and then it must go on. Otherwise, and
    only where tables must be there, the files alone are opened, which takes half as long.
    """
    try:
        with laid_out(tree) as folder:
            home = folder / DATA
            if before and not thoroughly:
                with files(home) as (database, keys):
                    verdict = _compared(database, keys, promised, before)
            else:
                with opened(home) as log:
                    verdict = _compared(log.database, log.keys, promised, before)
                    if thoroughly and verdict == Verdict():
                        _goes_on(log, promised)
            assert _integrity(home / "keys" / "keys.sqlite") == [("ok",)], "the key store"
            return verdict
    except Exception as broken:  # noqa: BLE001 - whatever it is, the folder could not be used
        return Verdict(corrupt=f"{type(broken).__name__}: {broken}"[:500])


@contextmanager
def files(folder: Path) -> Iterator[tuple[Database, KeyStore]]:
    """The database and the key store as the program opens them."""
    with ExitStack() as stack:
        database = database_of(folder)
        stack.callback(database.close)
        keys = KeyFile(folder / "keys" / "keys.sqlite")
        stack.callback(keys.close)
        yield database, keys


def _compared(
    database: Database, keys: KeyStore, promised: Promises, before: Sequence[Acknowledged]
) -> Verdict:
    found = _found(database)
    head = len(found.rows)
    assert found.sound == [("ok",)], found.sound[:3]
    assert found.rows == promised.rows[:head], "the events are not the ones that were appended"
    assert found.head == head, f"the head is {found.head}, the last event {head}"
    assert promised.ends(head), f"half a call is in the log, which ends at {head}"
    lost = [call.key for call in before if call.position > head or call.key not in found.answers]
    streams = [row.stream for row in found.rows]
    there = keys.find(streams)
    sealed = [stream for stream in streams if there.get(stream) != promised.keys[stream]]
    said = [f"calls {lost[:3]}, the log ends at {head}"] if lost else []
    return Verdict(lost="; ".join([*said, f"keys of {sealed[:3]}"] if sealed else said))


def _goes_on(log: Opened, promised: Promises) -> None:
    """Every sealed name opens, every view is what the log says, and the next append is taken."""
    read = log.registry.feed.after(STUDIO, 0, limit=100_000)
    names = [event[3] for call in promised.calls for event in call.events]
    assert [recorded.event.name for recorded in read] == names[: len(read)]  # type: ignore[attr-defined]
    assert log.registry.rebuild().different == ()
    assert log.handle(introduce()).position == len(read) + 1


@dataclass(frozen=True)
class Found:
    """What is in a database that could be opened."""

    sound: list[Any]
    rows: tuple[Any, ...]
    head: int
    answers: set[str]


def _found(database: Database) -> Found:
    with database.reading() as connection:
        sound = connection.exec_driver_sql("PRAGMA integrity_check").all()
        rows = connection.execute(
            text("SELECT * FROM events WHERE log = :log ORDER BY position"), {"log": STUDIO}
        )
        head = connection.execute(text("SELECT position FROM heads WHERE log = :log"), {"log": STUDIO})
        answers = connection.execute(text("SELECT key FROM answers"))
        return Found(list(sound), tuple(rows), head.scalar() or 0, set(answers.scalars()))


def _integrity(path: Path) -> list[Any]:
    connection = sqlite.connect(str(path))
    try:
        return connection.execute("PRAGMA integrity_check").fetchall()  # type: ignore[no-any-return]
    finally:
        connection.close()
