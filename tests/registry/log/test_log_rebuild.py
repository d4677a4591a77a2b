"""Rebuilding: the views are the log told again, so what differs is damage; it is named, and repaired when that is wanted."""

from __future__ import annotations

import threading
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Table

from registry.errors import InvalidCommand, LogBusy
from registry.events.rebuild import ViewsRebuilt
from registry.views.projections import PROJECTIONS
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, introduce, opened
from tests.registry.log.story import MINA, adopted, more, tell

TABLES: list[Table] = [table for projection in PROJECTIONS for table in projection.tables]
WHY = "a row was edited by hand"
INVENTED = """INSERT INTO view_work SELECT log, 'nobody', position, since, production, scene, account, model, units, stage,
    sends, fresh, cancelled, rank, needed_by, ready, submission FROM view_work LIMIT 1"""
DAMAGE = [
    ("view_characters", "UPDATE view_characters SET name = 'Nobody' WHERE character = '" + MINA + "'"),
    ("view_assets", "DELETE FROM view_assets"),
    ("view_submissions", "UPDATE view_submissions SET sends = sends + 1"),
    ("view_edges", "DELETE FROM view_edges WHERE kind = 'shows'"),
    ("view_work", INVENTED),
    ("view_keys", "UPDATE view_keys SET revoked = NOT revoked"),
]
ODD = [
    "UPDATE view_shots SET number = 'seven'",
    "UPDATE view_shots SET action = x'00ff'",
    "UPDATE view_shots SET position = 'seven', shot = CAST(shot AS BLOB)",
]


def views(log: Opened) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: sorted(log.raw(f"SELECT * FROM {table.name}"), key=repr) for table in TABLES}


def certificates(log: Opened) -> list[ViewsRebuilt]:
    found = log.registry.feed.after("system", 0, limit=1_000, type="ViewsRebuilt")
    return [one.event for one in found if isinstance(one.event, ViewsRebuilt)]


def both_heads(log: Opened) -> dict[str, int]:
    return {one: log.registry.feed.head(one) for one in (STUDIO, "system")}


@pytest.fixture
def told(open_log: Opened) -> Opened:
    tell(open_log)
    for command in adopted():
        open_log.handle(command)
    return open_log


def test_the_story_fills_every_view(told: Opened) -> None:
    """No view is compared empty in the tests below."""
    assert [name for name, rows in views(told).items() if not rows] == []


def test_live_views_equal_rebuilt_ones(told: Opened) -> None:
    """Views projected event by event, as they came, are the views of the log replayed in one go."""
    before, heads = views(told), both_heads(told)
    rebuilt = told.registry.rebuild()

    assert rebuilt.different == ()
    assert not rebuilt.replaced
    assert {table.table: table.rows for table in rebuilt.tables} == {
        name: len(rows) for name, rows in before.items()
    }
    assert all(table.digest == table.live_digest for table in rebuilt.tables)
    assert rebuilt.positions == heads
    assert rebuilt.events == sum(heads.values())
    assert views(told) == before


@pytest.mark.parametrize(("table", "damage"), DAMAGE, ids=[table for table, _ in DAMAGE])
def test_damage_is_named_and_repaired_for_a_reason(told: Opened, table: str, damage: str) -> None:
    """A changed, missing or invented row is found and its table named; the rows are put right only when that is asked for."""
    before = views(told)
    told.raw(damage)
    damaged = views(told)
    assert damaged != before

    left = told.registry.rebuild()
    assert (left.different, left.replaced) == ((table,), False)
    assert views(told) == damaged

    repaired = told.registry.rebuild(replace=WHY)
    assert (repaired.different, repaired.replaced) == ((table,), True)
    assert views(told) == before
    assert told.registry.rebuild().different == ()


@pytest.mark.parametrize("damage", ODD)
def test_values_of_another_type_are_repaired(tmp_path: Path, damage: str) -> None:
    """SQLite keeps a text where a number belongs, and bytes in a key: they are damage like any other."""
    with opened(tmp_path) as log:
        tell(log)
        before = views(log)
        log.raw(damage)

        assert log.registry.rebuild(replace=WHY).different == ("view_shots",)

        assert views(log) == before


def test_both_engines_give_the_same_digests(
    tmp_path: Path, on_postgres: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same story on SQLite and on PostgreSQL comes to the same digest of every view, scratch and live."""
    found = []
    for folder in (tmp_path / "file", on_postgres):
        numbers = count(1)

        def numbered(size: int, numbers: count[int] = numbers) -> str:
            return f"{next(numbers):0{2 * size}x}"

        monkeypatch.setattr("tests.registry.log.opened.token_hex", numbered)
        with opened(folder) as log:
            tell(log)
            found.append(log.registry.rebuild())

    one, other = found
    assert one.digests == other.digests
    assert [table.live_digest for table in one.tables] == [table.live_digest for table in other.tables]


def test_rows_that_took_each_others_places_are_put_right(told: Opened) -> None:
    """Two rows that hold each other's unique value are repaired, though neither may have it while the other does."""
    before = views(told)
    [[one, of_one], [other, of_other], *_] = told.raw("SELECT asset, fingerprint FROM view_assets")
    for asset, fingerprint in ((one, None), (other, of_one), (one, of_other)):
        told.raw("UPDATE view_assets SET fingerprint = :f WHERE asset = :a", f=fingerprint, a=asset)

    assert told.registry.rebuild(replace=WHY).different == ("view_assets",)

    assert views(told) == before


def test_what_differs_is_counted(told: Opened) -> None:
    """Missing, extra and changed rows are counted, and the first keys named without any words of people."""
    told.raw("DELETE FROM view_assets")
    told.raw(INVENTED)
    told.raw("UPDATE view_called SET word = word || 'Rosamund' WHERE character = :her", her=MINA)

    found = {table.table: table for table in told.registry.rebuild().tables if not table.equal}

    assets, work, called = found["view_assets"], found["view_work"], found["view_called"]
    assert (assets.missing, assets.extra, assets.changed, assets.live_rows) == (assets.rows, 0, 0, 0)
    assert (work.missing, work.extra, work.changed) == (0, 1, 0)
    assert assets.keys[0] == f"+ {STUDIO} {an_id('asset')}"
    assert work.keys == (f"- {STUDIO} …",)
    assert f"- {STUDIO} … {MINA}" in called.keys
    assert "Rosamund" not in repr(found)


def test_a_certificate_is_put_on_record(told: Opened) -> None:
    """Each rebuild leaves one event in the system log: positions, rows, digests, and nothing of a reason nobody needed."""
    heads = both_heads(told)
    rebuilt = told.registry.rebuild(replace=WHY)

    [certificate] = certificates(told)
    assert (certificate.positions, certificate.logs, certificate.events) == (heads, 2, sum(heads.values()))
    assert certificate.digests == rebuilt.digests
    assert certificate.differences == ()
    assert (certificate.replaced, certificate.reason) == (False, "")
    [recorded] = told.registry.feed.after("system", 0, limit=1_000, type="ViewsRebuilt")
    assert (recorded.stream, recorded.actor) == (rebuilt.id, "operator")


def test_a_repair_is_put_on_record(told: Opened) -> None:
    """The certificate says what differed, that it was replaced, and why."""
    told.raw("UPDATE view_characters SET name = 'Nobody' WHERE character = :her", her=MINA)
    told.registry.rebuild()
    told.registry.rebuild(replace=WHY)

    left, replaced = certificates(told)
    assert [(one.table, one.changed, one.keys) for one in replaced.differences] == [
        ("view_characters", 1, (f"~ {STUDIO} {MINA}",))
    ]
    assert (left.differences, left.replaced, left.reason) == (replaced.differences, False, "")
    assert (replaced.replaced, replaced.reason) == (True, WHY)


def test_a_repair_needs_a_reason(told: Opened) -> None:
    """Two letters are no reason, and nothing is replaced for them."""
    told.raw("DELETE FROM view_assets")
    damaged = views(told)

    with pytest.raises(InvalidCommand, match="reason"):
        told.registry.rebuild(replace=" x ")

    assert views(told) == damaged
    assert certificates(told) == []


def test_digests_go_with_the_next_erasure(told: Opened) -> None:
    """A digest over rows could confirm a guess at a name in them, so it is readable until somebody is erased."""
    told.registry.rebuild()
    told.registry.destroy_keys(STUDIO, [MINA])

    assert repr(certificates(told)[0].digests) == "Erased(erased=True)"


def test_writing_goes_on_during_a_rebuild(told: Opened) -> None:
    """Commands that land while the log is replayed, and while rows are compared, disturb nothing."""
    landed = {}

    def meanwhile(what: str, _done: int, _all: int) -> None:
        if what not in landed:
            landed[what] = more(told)

    rebuilt = told.registry.rebuild(meanwhile)

    assert set(landed) == {"events", "rows"}
    assert rebuilt.different == ()
    assert told.registry.rebuild().different == ()


def test_rebuilds_and_writers_do_not_disturb_each_other(told: Opened) -> None:
    """Three rebuilds beside a stream of commands: nothing is refused, nothing differs in the end."""
    stop = threading.Event()
    written = []

    def write() -> None:
        while not stop.is_set():
            written.append(told.handle(introduce()))

    writer = threading.Thread(target=write)
    writer.start()
    different = [told.registry.rebuild(replace=WHY).different for _ in range(3)]
    stop.set()
    writer.join()

    assert different == [(), (), ()]
    assert written
    assert told.registry.rebuild().different == ()


def test_a_repair_takes_in_what_was_written_meanwhile(told: Opened) -> None:
    """Commands that land between the comparison and the repair are in the repaired views."""
    told.raw("UPDATE view_submissions SET sends = sends + 1")
    landed = []

    def meanwhile(what: str, done: int, total: int) -> None:
        if what == "rows" and done == total and not landed:
            landed.append(more(told))

    rebuilt = told.registry.rebuild(meanwhile, replace=WHY)

    assert rebuilt.different == ("view_submissions",)
    assert rebuilt.positions[STUDIO] == told.registry.feed.head(STUDIO)
    assert told.raw("SELECT count(*) FROM view_assets WHERE asset = :id", id=landed[0].stream) == [(1,)]
    assert told.registry.rebuild().different == ()


def test_one_rebuild_at_a_time(told: Opened) -> None:
    """A second rebuild in the same folder is told so, and the first goes on."""
    refused: list[LogBusy] = []

    def again(_what: str, _done: int, _all: int) -> None:
        with pytest.raises(LogBusy) as busy:
            told.registry.rebuild()
        refused.append(busy.value)

    assert told.registry.rebuild(again).different == ()
    assert "rebuilt already" in refused[0].message


def test_progress_reaches_its_end(told: Opened) -> None:
    """Progress counts up to all events, then to all rows, and says how many there are."""
    seen: list[tuple[str, int, int]] = []
    rebuilt = told.registry.rebuild(lambda what, done, total: seen.append((what, done, total)))

    assert seen == sorted(seen)
    ends = {what: (done, total) for what, done, total in seen}
    rows = sum(table.rows for table in rebuilt.tables)
    assert ends == {"events": (rebuilt.events, rebuilt.events), "rows": (rows, rows)}


def test_a_rebuild_leaves_nothing_behind(told: Opened, home: Path) -> None:
    """The scratch tables are gone afterwards, after a failure too."""
    before = {path.name for path in home.iterdir()}
    told.registry.rebuild()
    told.unguard()
    told.raw("UPDATE events SET type = 'Nonsense' WHERE stream = :id", id=an_id("clip"))
    with pytest.raises(Exception, match="Nonsense"):
        told.registry.rebuild()

    assert {path.name for path in home.iterdir()} == before
