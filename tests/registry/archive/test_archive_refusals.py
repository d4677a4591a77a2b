"""Who may not be exported, and what may not be brought in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from registry.archive.closing import reopen_studio
from registry.archive.exporting import export_studio
from registry.archive.importing import StudioIsHere, import_studio
from registry.archive.layout import one_at_a_time
from registry.deciders.studio import NotMoved, OpenStudio
from registry.erasure import Tools, carry_out, order_erasure
from registry.errors import ArchiveError, HistoryTampered, NotFound
from registry.log.moving import Moves, NotArriving
from tests.registry.archive.houses import Installation, order, source
from tests.registry.erasing.person import HER
from tests.registry.events.golden import an_id
from tests.registry.log.opened import ME, STUDIO, introduce


def opened(there: Installation) -> None:
    there.log.handle(OpenStudio(stream=STUDIO, name="Han River"), log="system")
    for _ in range(20):
        there.log.handle(introduce())


def test_an_export_needs_a_place_and_a_passphrase(old: Installation, tmp_path: Path) -> None:
    """No such studio, keys inside the archive, a short passphrase, a folder with other things, one in use: each refused."""
    opened(old)
    good = order(tmp_path)
    cases = [
        replace(good, key_file=good.folder / "studio.keys"),
        replace(good, passphrase="short"),
        replace(good, folder=old.folder),
    ]
    for wrong in cases:
        with pytest.raises(ArchiveError):
            export_studio(old.house(), STUDIO, wrong)
    with pytest.raises(NotFound, match="studio_nobody"):
        export_studio(old.house(), "studio_nobody", good)
    with one_at_a_time(good.folder), pytest.raises(ArchiveError, match="another export"):
        export_studio(old.house(), STUDIO, good)
    assert not (good.folder / "manifest.json").exists()


def test_one_folder_is_one_studio_s_history(old: Installation, new: Installation, tmp_path: Path) -> None:
    """An archive goes on with its own studio's own history; another studio or another history is refused."""
    opened(old)
    opened(new)
    export_studio(old.house(), STUDIO, order(tmp_path))
    old.log.handle(OpenStudio(stream=an_id("studio", 2), name="Other"), log="system")

    with pytest.raises(ArchiveError, match="is the archive of"):
        export_studio(old.house(), an_id("studio", 2), order(tmp_path))
    with pytest.raises(ArchiveError, match="another history"):
        export_studio(new.house(), STUDIO, order(tmp_path))


def test_an_archive_goes_on(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Exported again, it holds what came since; what was brought in from the older state is brought up to date."""
    opened(old)
    export_studio(old.house(), STUDIO, order(tmp_path))
    assert import_studio(new.house(), source(tmp_path)).events == 20
    old.log.handle(introduce(), introduce())
    before = sorted((tmp_path / "archive" / "events").iterdir())
    export_studio(old.house(), STUDIO, order(tmp_path))

    assert sorted((tmp_path / "archive" / "events").iterdir())[: len(before)] == before
    assert import_studio(new.house(), source(tmp_path)).events == 2
    assert new.events() == old.events()
    again = import_studio(new.house(), source(tmp_path))
    assert (again.events, again.again) == (0, True)


@pytest.mark.parametrize("how", ["worked on", "another history", "its own"])
def test_a_studio_is_in_one_place(old: Installation, new: Installation, tmp_path: Path, how: str) -> None:
    """Where the studio is at work already nothing is brought in, be it a copy that went on, a namesake, or the source itself."""
    opened(old)
    export_studio(old.house(), STUDIO, order(tmp_path))
    target = old if how == "its own" else new
    if how == "worked on":
        import_studio(new.house(), source(tmp_path))
        new.log.handle(introduce())
        old.log.handle(introduce())
        export_studio(old.house(), STUDIO, order(tmp_path))
    elif how == "another history":
        opened(new)
    before = target.events()

    with pytest.raises(StudioIsHere):
        import_studio(target.house(), source(tmp_path))
    assert target.events() == before
    target.log.handle(introduce())


def test_who_works_meanwhile_is_not_overrun(old: Installation, new: Installation, tmp_path: Path) -> None:
    """An event that comes between the look and the closing ends the import of a later state; the studio is open as before."""
    opened(old)
    export_studio(old.house(), STUDIO, order(tmp_path))
    import_studio(new.house(), source(tmp_path))
    old.log.handle(introduce())
    export_studio(old.house(), STUDIO, order(tmp_path))

    class Quick(Moves):
        def close(self, log: str, why: str) -> None:
            if why == "arriving":
                new.log.handle(introduce())
            super().close(log, why)

    known = new.log.registry.moves
    new.log.registry._log.moves = Quick(
        known.database, known.transact, known.reader, known.projections, known.leaf_hash
    )
    with pytest.raises(StudioIsHere, match="somebody works on it"):
        import_studio(new.house(), source(tmp_path))
    assert len(new.events()) == 21
    assert new.log.handle(introduce()).position == 22


def test_an_older_archive_changes_nothing(old: Installation, new: Installation, tmp_path: Path) -> None:
    """What came here in full and was worked on since is not touched by its archive given again."""
    opened(old)
    export_studio(old.house(), STUDIO, order(tmp_path))
    import_studio(new.house(), source(tmp_path))
    new.log.handle(introduce())
    before = new.events()

    assert import_studio(new.house(), source(tmp_path)).again
    assert new.events() == before


def test_a_move_comes_back(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Moved there and back, the first place goes on with all that happened at the second, and without what was erased there."""
    opened(old)
    for asset in ("asset_x", "asset_y"):
        old.blobs.put(f"{STUDIO}/{asset}/original", [b"a picture"], content_type="image/png")
    there, back = tmp_path / "there", tmp_path / "back"
    export_studio(old.house(), STUDIO, order(there, move=True))
    import_studio(new.house(), source(there))
    new.log.handle(introduce())
    new.blobs.delete(f"{STUDIO}/asset_x/original")  # as an erasure does
    export_studio(new.house(), STUDIO, order(back, move=True))
    import_studio(old.house(), source(back))

    assert old.events() == new.events()
    assert (
        list(old.blobs.list(f"{STUDIO}/"))
        == list(new.blobs.list(f"{STUDIO}/"))
        == [f"{STUDIO}/asset_y/original"]
    )
    assert old.log.handle(introduce()).position == len(new.events()) + 1


def test_who_was_erased_elsewhere_is_erased_here(
    old: Installation, new: Installation, tmp_path: Path
) -> None:
    """A studio that comes back leaves nothing at its first place of somebody who was erased at the second: no table, no file."""
    person = old.told()
    there, back = tmp_path / "there", tmp_path / "back"
    export_studio(old.house(), STUDIO, order(there, move=True))
    import_studio(new.house(), source(there))
    order_erasure(new.log.registry, STUDIO, HER, "request", context=ME)
    carry_out(Tools(new.log.registry, new.blobs, person.provider, ME), STUDIO, HER)
    assert person.traces() != {}
    export_studio(new.house(), STUDIO, order(back, move=True))
    import_studio(old.house(), source(back))

    assert person.traces() == {}
    assert old.views() == new.views()


def test_a_move_is_called_off(old: Installation, tmp_path: Path) -> None:
    """A moved studio is opened again with a reason; one that was never moved is not."""
    opened(old)
    with pytest.raises(NotMoved):
        reopen_studio(old.house(), STUDIO, reason="by mistake")
    export_studio(old.house(), STUDIO, order(tmp_path, move=True))
    reopen_studio(old.house(), STUDIO, reason="the new machine is not ready")

    assert old.log.handle(introduce()).position == 21
    assert [event.type for event in old.log.registry.feed.after("system", 0)] == [
        "StudioOpened",
        "StudioMoved",
        "BytesRead",
        "StudioReopened",
    ]


def test_a_changed_log_is_not_exported(old: Installation, tmp_path: Path) -> None:
    """An event whose hash is not that of its columns stops the export by its position."""
    opened(old)
    old.log.unguard()
    old.log.raw("UPDATE events SET actor = 'nobody' WHERE log = :log AND position = 12", log=STUDIO)

    with pytest.raises(HistoryTampered, match="position 12"):
        export_studio(old.house(), STUDIO, order(tmp_path))


Row = dict[str, object]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[1:], "position 1 "),
        (lambda rows: [rows[0], *rows[2:]], "position 2 "),
        (lambda rows: [{**rows[0], "actor": "nobody"}, *rows[1:]], "was changed"),
        (lambda rows: [{**rows[0], "log": "studio_other"}, *rows[1:]], "position 1 "),
    ],
)
def test_only_the_next_rows_are_adopted(
    old: Installation, new: Installation, change: Callable[[list[Row]], list[Row]], words: str
) -> None:
    """A hole, a changed row or another log's stops an adoption, and none of its rows is there."""
    opened(old)
    rows = list(old.log.registry.moves.rows(STUDIO, after=0, until=20))
    moves = new.log.registry.moves
    with pytest.raises(NotArriving):
        moves.adopt(STUDIO, rows)
    moves.close(STUDIO, "arriving")

    with pytest.raises(HistoryTampered, match=words):
        moves.adopt(STUDIO, change(rows))
    assert new.events() == []
    moves.adopt(STUDIO, rows[:9])
    moves.adopt(STUDIO, rows)
    assert new.events() == old.events()
