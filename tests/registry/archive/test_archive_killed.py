"""An export and an import that are killed again and again come to their ends, and nothing is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.archive.exporting import export_studio
from registry.archive.verifying import verify_archive
from tests.registry.archive.houses import installation, order
from tests.registry.archive.killing import main
from tests.registry.log.opened import STUDIO
from tests.servers.engines import ENGINES
from tests.servers.forking import forked
from tests.servers.homes import settle, url_of

KILLS = 8


def kills(what: str, place: Path, seed: int, most: int) -> int:
    """Let it be killed, up to so many times, and finish; how often it was."""
    with forked(main, what, str(place), str(seed), str(most)) as process:
        told = process.said()
        assert process.wait() == 0
    return int(told)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_killed_again_and_again(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """At whatever moments the processes die, what arrives is what left: every event, view, blob, key and answer, once."""
    (tmp_path / "new").mkdir()
    if engine == "postgresql":
        settle(tmp_path / "new", url_of(request.getfixturevalue("on_postgres")))
    with installation(tmp_path / "old") as old:
        old.told()
    exported = kills("export", tmp_path, 1, KILLS if engine == "sqlite" else 0)
    contents = verify_archive(tmp_path / "archive")
    imported = kills("import", tmp_path, 2, KILLS)

    with installation(tmp_path / "old") as old, installation(tmp_path / "new") as new:
        assert new.events() == old.events()
        assert new.views() == old.views()
        assert new.kept() == old.kept()
        assert new.answers() == old.answers()
        assert new.log.keys.find(old.streams()) == old.log.keys.find(old.streams())
        types = [event.type for event in new.log.registry.feed.after("system", 0)]
        assert types == ["StudioOpened", "StudioImported"]
        again = export_studio(old.house(), STUDIO, order(tmp_path))
    assert (again.segments, again.blobs, again.digest) == (contents.segments, contents.blobs, contents.digest)
    assert imported >= 4
    assert exported >= 4 or engine == "postgresql"
