"""The installation's own secrets go with a studio that is alone, into an installation that has none yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.archive.exporting import export_studio
from registry.archive.house import INSTALLATION
from registry.archive.importing import import_studio
from registry.deciders.studio import OpenStudio
from registry.errors import ArchiveError
from tests.registry.archive.houses import Installation, order, source
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, introduce

SECRETS = {name: name.encode()[:32].ljust(32, b".") for name in INSTALLATION}


def opened(there: Installation) -> None:
    there.log.handle(OpenStudio(stream=STUDIO, name="Han River"), log="system")
    there.log.handle(introduce(an_id("character")))
    there.log.keys.add(SECRETS)


def moved(old: Installation, new: Installation, place: Path) -> None:
    export_studio(old.house(), STUDIO, order(place))
    import_studio(new.house(), source(place))


def test_a_new_home_takes_the_secrets_over(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Addresses that were given to the provider stay good, so what is sent again is the same bytes."""
    opened(old)
    moved(old, new, tmp_path)

    assert new.log.keys.find(INSTALLATION) == SECRETS


def test_a_home_with_secrets_keeps_its_own(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Other studios' addresses there are not broken by one that comes."""
    opened(old)
    own = {INSTALLATION[0]: b"o" * 32}
    new.log.keys.add(own)
    moved(old, new, tmp_path)

    assert new.log.keys.find(INSTALLATION) == SECRETS | own


def test_neighbours_keep_their_secrets(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Who takes one of several studios away learns nothing that opens an address of the others."""
    opened(old)
    old.log.handle(OpenStudio(stream=an_id("studio", 2), name="Other"), log="system")
    moved(old, new, tmp_path)

    assert new.log.keys.find(INSTALLATION) == {}


def test_another_key_under_the_same_name_stops_it(
    old: Installation, new: Installation, tmp_path: Path
) -> None:
    """A key store that has another key for one of the streams is refused by its name, before any event is written."""
    opened(old)
    new.log.keys.add({an_id("character"): b"x" * 32})

    with pytest.raises(ArchiveError, match=an_id("character")):
        moved(old, new, tmp_path)
    assert new.events() == []
    assert new.log.handle(introduce()).position == 1
