"""Rebuilds that are killed, in processes of their own: the next one goes on, and what was done is said once."""

from __future__ import annotations

import signal
import time
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

import pytest

from registry.log.rebuild.scratch import fingerprint
from registry.views.projections import PROJECTIONS
from tests.registry.log.opened import STUDIO, introduce, opened
from tests.registry.log.rebuilding import AFTER, main
from tests.registry.log.story import MINA, tell
from tests.registry.log.test_log_rebuild import WHY, certificates, views
from tests.servers.forking import Forked, forked

DAMAGE = (
    "UPDATE view_characters SET name = 'Nobody' WHERE character = '" + MINA + "'",
    "DELETE FROM view_assets",
    "UPDATE view_spend SET submission = submission || 'x'",
)
DAMAGED = ("view_assets", "view_characters", "view_spend")
CHANCE = Random(20261129)
STEPS = [("events", 9), ("rows", 60)]
MOMENTS = [(what, str(count)) for what, count in STEPS] + [(name, "0") for name in AFTER]


def rebuilding(folder: Path, *moment: str) -> AbstractContextManager[Forked]:
    return forked(main, str(folder), WHY, *moment)


def damaged(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Tell the story, damage its views, and answer what they were."""
    with opened(folder) as log:
        tell(log)
        before = views(log)
        for statement in DAMAGE:
            log.raw(statement)
    return before


def must_be_whole(folder: Path, before: dict[str, list[tuple[object, ...]]]) -> None:
    """A rebuild after the kill: all rows are right, nothing is left, and one certificate says what was replaced."""
    with opened(folder) as log:
        log.registry.rebuild(replace=WHY)

        assert views(log) == before
        replaced = [certificate for certificate in certificates(log) if certificate.replaced]
        assert [tuple(sorted(one.table for one in each.differences)) for each in replaced] == [DAMAGED]
        assert log.registry.rebuild().different == ()
        assert not (folder / "rebuild").exists()


@pytest.mark.parametrize(("moment", "count"), MOMENTS, ids=lambda part: part)
def test_a_killed_rebuild_is_finished(home: Path, moment: str, count: str) -> None:
    """Killed in the replay, in the comparison, in the repair or round its commit: the next one ends what was begun."""
    before = damaged(home)
    with rebuilding(home, moment, count) as process:
        assert process.wait() == -signal.SIGKILL

    must_be_whole(home, before)


def test_a_rebuild_killed_at_any_time(home: Path) -> None:
    """Killed from outside, wherever it is, again and again: the views are never half of anything."""
    before = damaged(home)
    for _ in range(4):
        with rebuilding(home) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(CHANCE.uniform(0, 0.4))
            process.kill()

    must_be_whole(home, before)


def test_a_killed_rebuild_goes_on_where_it_stood(home: Path) -> None:
    """What was projected before the kill is not projected again."""
    damaged(home)
    with rebuilding(home, "events", "9") as process:
        process.wait()

    seen: list[int] = []
    with opened(home) as log:
        rebuilt = log.registry.rebuild(
            lambda what, done, _all: seen.append(done) if what == "events" else None
        )

    assert rebuilt.events - seen[0] < rebuilt.events - 8 * 7
    assert rebuilt.different == DAMAGED


def test_what_an_erasure_made_stale_is_thrown_away(home: Path) -> None:
    """Scratch tables from before an erasure are gone when anybody opens the log again, words and all."""
    damaged(home)
    with rebuilding(home, "rows", "1") as process:
        process.wait()
    left = home / "rebuild" / "views" / "views.sqlite"

    with opened(home) as log:
        assert b"Mina" in left.read_bytes()
        log.registry.destroy_keys(STUDIO, [MINA])
    with opened(home):
        assert not (home / "rebuild").exists()


def test_scratch_tables_of_another_log_are_thrown_away(tmp_path: Path) -> None:
    """A log that was put back to an earlier state is rebuilt from its own events."""
    with opened(tmp_path) as log:
        tell(log)
    with rebuilding(tmp_path, "rows", "1") as process:
        process.wait()
    for file in tmp_path.glob("log.sqlite*"):
        file.unlink()

    with opened(tmp_path) as log:
        log.handle(introduce())
        rebuilt = log.registry.rebuild()
        assert rebuilt.different == ()
        assert rebuilt.positions == {STUDIO: log.registry.feed.head(STUDIO)}


def test_other_code_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scratch tables are of the code that fills them: a change in a view, an event or a decider makes others."""
    now, read = fingerprint(PROJECTIONS, 0), Path.read_bytes
    for name in ("views/assets.py", "events/asset.py", "deciders/asset.py"):

        def changed(file: Path, name: str = name) -> bytes:
            return read(file) + (b"#" if file.as_posix().endswith(f"registry/{name}") else b"")

        monkeypatch.setattr(Path, "read_bytes", changed)
        assert fingerprint(PROJECTIONS, 0) != now, name
    monkeypatch.setattr(Path, "read_bytes", read)
    assert fingerprint(PROJECTIONS, 0) == now
