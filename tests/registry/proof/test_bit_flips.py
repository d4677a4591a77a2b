"""Single bits of a stored log, in a SQLite file as the registry wrote it, are flipped under the verifier that outsiders run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pysqlite3 import dbapi2 as sqlite

from registry.checkpoints.making import public_keys
from registry.events.ids import SYSTEM_LOG
from registry.proof.checking import Asked, check
from registry.proof.leaf import COLUMNS, INTEGERS
from registry.proof.report import Report
from tests.registry.checkpoints.conftest import made_in
from tests.registry.log.opened import STUDIO, describe, introduce, new_id, opened, register
from tests.registry.proof.sizes import FULL
from tests.registry.proof.test_tampering import flips

EVENTS = 40
NAMES = (*COLUMNS, "leaf_hash")
BITS = None if FULL else 4
"""So many bits of each cell are tried, of the events of the sample; or all bits of all events."""
SAMPLE = range(1, EVENTS + 1) if FULL else (1, 17, EVENTS)
_MADE = {"leaf_hash": "?", "body": "?"} | dict.fromkeys(INTEGERS, "?")


@dataclass
class Stored:
    """The file, without what keeps its events from being changed, and what is held of it elsewhere."""

    file: Path
    asked: Asked
    database: Any = field(init=False)

    def __post_init__(self) -> None:
        self.database = sqlite.connect(str(self.file), isolation_level=None)
        self.database.text_factory = bytes
        for statement in (
            "PRAGMA journal_mode = DELETE",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE bare AS SELECT * FROM events ORDER BY log <> 'system', position",
            "DROP TABLE events",
            "ALTER TABLE bare RENAME TO events",
        ):
            self.database.execute(statement)

    def rowid(self, position: int) -> int:
        query = "SELECT rowid FROM events WHERE log = ? AND position = ?"
        return int(self.database.execute(query, (STUDIO, position)).fetchone()[0])

    def cell(self, rowid: int, name: str) -> Any:
        return self.database.execute(f"SELECT {name} FROM events WHERE rowid = ?", (rowid,)).fetchone()[0]

    def put(self, rowid: int, name: str, value: Any) -> None:
        """As the column keeps it: text stays text, whether its bytes are any or not."""
        kept = _MADE.get(name, "CAST(? AS TEXT)")
        self.database.execute(f"UPDATE events SET {name} = {kept} WHERE rowid = ?", (value, rowid))

    def check(self) -> Report:
        return check(self.asked)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    """40 events of several kinds in a file of their own."""
    folder = tmp_path_factory.mktemp("flips")
    with opened(folder) as log:
        asset = new_id("asset")
        log.handle(register(asset))
        log.handle(*(describe(asset, f"a picture, as it was seen {n}") for n in range(9)))
        for n in range(10):
            log.handle(introduce(name=f"미나 {n}"), register(), introduce(name="Jun"))
        assert log.registry.feed.head(STUDIO) == EVENTS
        checkpoints = made_in(log, folder)
        checkpoints.make(STUDIO)
        checkpoints.make(SYSTEM_LOG)
        keys = public_keys(checkpoints)
    file = folder / "flipped.sqlite"
    [written] = [one for one in folder.glob("*.sqlite") if one != file]
    shutil.copy(written, file)
    found = Stored(file, Asked(str(file), places=(folder / "checkpoints",), keys=keys))
    yield found
    found.database.close()


def test_the_file_is_good_as_it_was_written(stored: Stored) -> None:
    """Nobody has touched it yet: every event of the studio is proven."""
    report = stored.check()
    assert (report.verdict, {log.log: log.proven for log in report.logs}[STUDIO]) == ("good", EVENTS)


@pytest.mark.parametrize("name", NAMES)
def test_every_flipped_bit_is_found(stored: Stored, name: str) -> None:
    """Of each column bits are flipped, by chance or all of them: always tampered, and told with the position of the event."""
    undetected, unplaced, tried = [], [], 0
    for position in SAMPLE:
        rowid = stored.rowid(position)
        value = stored.cell(rowid, name)
        flipped = flips(value)
        chosen = range(len(flipped)) if BITS is None else Random().sample(range(len(flipped)), BITS)
        for bit in chosen if flipped else ():
            stored.put(rowid, name, flipped[bit])
            report = stored.check()
            undetected += [(position, bit)] * (report.exit_code != 1)
            places = {one.position for log in report.logs for one in log.findings}
            unplaced += [(position, bit)] * (position not in places)
            tried += 1
        stored.put(rowid, name, value)
    assert (undetected, unplaced) == ([], [])
    assert tried
    assert stored.check().verdict == "good"
