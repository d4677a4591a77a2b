"""Rebuilding: the views are the log told again, so what differs is damage, and is repaired."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Table

from registry.log.rebuild import Progress
from registry.views import PROJECTIONS
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, introduce
from tests.registry.log.story import MINA, more, tell

TABLES: list[Table] = [table for projection in PROJECTIONS for table in projection.tables]
INVENTED = """INSERT INTO view_work SELECT log, 'nobody', position, since, production, scene, account, model, units, stage,
    sends, fresh, cancelled, rank, needed_by, ready, submission FROM view_work LIMIT 1"""
DAMAGE = [
    ("view_characters", "UPDATE view_characters SET name = 'Nobody' WHERE character = '" + MINA + "'"),
    ("view_assets", "DELETE FROM view_assets"),
    ("view_submissions", "UPDATE view_submissions SET sends = sends + 1"),
    ("view_edges", "DELETE FROM view_edges WHERE kind = 'shows'"),
    ("view_work", INVENTED),
    ("view_keys", "UPDATE view_keys SET revoked = 0"),
]


def views(log: Opened) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: log.raw(f"SELECT * FROM {table.name}") for table in TABLES}


@pytest.fixture
def told(open_log: Opened) -> Opened:
    tell(open_log)
    return open_log


def test_the_story_fills_every_view(told: Opened) -> None:
    """No view is compared empty in the tests below."""
    assert [name for name, rows in views(told).items() if not rows] == []


def test_live_views_equal_rebuilt_ones(told: Opened) -> None:
    """Views projected event by event, as they came, are the views of the log replayed in one go."""
    before = views(told)
    rebuilt = told.registry.rebuild()

    assert rebuilt.replaced == ()
    assert set(rebuilt.digests) == {table.name for table in TABLES}
    assert rebuilt.events == sum(told.registry.feed.head(log) for log in (STUDIO, "system"))
    assert views(told) == before


@pytest.mark.parametrize(("table", "damage"), DAMAGE, ids=[table for table, _ in DAMAGE])
def test_damage_is_named_and_repaired(told: Opened, table: str, damage: str) -> None:
    """A changed, missing or invented row is found, its table named, and the rows put right; no other table is touched."""
    before = views(told)
    told.raw(damage)
    assert views(told) != before

    assert told.registry.rebuild().replaced == (table,)

    assert {name: sorted(rows, key=repr) for name, rows in views(told).items()} == {
        name: sorted(rows, key=repr) for name, rows in before.items()
    }
    assert told.registry.rebuild().replaced == ()


def test_writing_goes_on_during_a_rebuild(told: Opened) -> None:
    """Commands that land while the log is replayed are in the rebuilt views too."""
    landed = []

    def meanwhile(_done: int, _all: int) -> None:
        if not landed:
            landed.append(more(told))

    progress: Progress = meanwhile
    rebuilt = told.registry.rebuild(progress)

    assert rebuilt.replaced == ()
    assert told.raw("SELECT count(*) FROM view_assets WHERE asset = :id", id=landed[0].stream) == [(1,)]


def test_rebuilds_and_writers_do_not_disturb_each_other(told: Opened) -> None:
    """Three rebuilds beside a stream of commands: nothing is refused, nothing differs in the end."""
    stop = threading.Event()
    written = []

    def write() -> None:
        while not stop.is_set():
            written.append(told.handle(introduce()))

    writer = threading.Thread(target=write)
    writer.start()
    replaced = [told.registry.rebuild().replaced for _ in range(3)]
    stop.set()
    writer.join()

    assert replaced == [(), (), ()]
    assert written
    assert told.registry.rebuild().replaced == ()


def test_progress_reaches_its_end(told: Opened) -> None:
    """Progress counts up to all events and says how many there are."""
    seen: list[tuple[int, int]] = []
    told.registry.rebuild(lambda done, total: seen.append((done, total)))

    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == told.registry.feed.head(STUDIO) + told.registry.feed.head("system")


def test_a_rebuild_leaves_nothing_behind(told: Opened) -> None:
    """The scratch database is gone afterwards, after a failure too."""
    folder = told.database.path.parent
    before = {path.name for path in folder.iterdir()}
    told.registry.rebuild()
    told.unguard()
    told.raw("UPDATE events SET type = 'Nonsense' WHERE stream = :id", id=an_id("clip"))
    with pytest.raises(Exception, match="Nonsense"):
        told.registry.rebuild()

    assert {path.name for path in folder.iterdir()} == before
