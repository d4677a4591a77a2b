"""A studio that was moved is the same studio: every byte of its log, every view, blob, key and answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.archive.exporting import export_studio
from registry.archive.importing import import_studio
from registry.deciders.access import IssueKey, RevokeKey
from registry.deciders.studio import LimitStudio
from registry.erasure import carry_out, order_erasure
from registry.errors import KeyReused
from registry.events.personal import Erased
from registry.events.studio import KeyLimited, StudioLimited
from registry.views import access, characters
from tests.registry.archive.houses import Installation, order, source
from tests.registry.erasing.person import ANNA, BEN, HER, NOBODY
from tests.registry.events.golden import an_id
from tests.registry.log.opened import ME, STUDIO, introduce, once
from tests.servers.engines import ENGINES

pytestmark = pytest.mark.parametrize("new", ENGINES, indirect=True)


def moved(old: Installation, new: Installation, place: Path) -> None:
    export_studio(old.house(), STUDIO, order(place))
    import_studio(new.house(), source(place))


def test_everything_arrives(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Events byte for byte, blobs with their content types, kept answers, data keys, and views as a rebuild makes them."""
    old.told().adopt()
    moved(old, new, tmp_path)

    assert new.events() == old.events()
    assert new.kept() == old.kept()
    assert new.answers() == old.answers() != []
    assert new.views() == old.views()
    streams = [*old.streams(), STUDIO]
    assert new.log.keys.find(streams) == old.log.keys.find(streams) != {}
    assert new.log.registry.rebuild().different == ()


def test_a_moved_studio_goes_on(old: Installation, new: Installation, tmp_path: Path) -> None:
    """After the import the next event takes the next position, and a repeat meets its first answer or its refusal."""
    old.told()
    old.log.handle(introduce(), idempotency=once("key-1", "body", answer="made at the old place"))
    fingerprint = old.log.registry.fingerprint(STUDIO, "a" * 64)
    moved(old, new, tmp_path)
    head = len(old.events())

    again = new.log.handle(introduce(), idempotency=once("key-1", "body"))
    assert again.replayed
    assert again.answer is not None
    assert again.answer.startswith(b"made at the old place")
    with pytest.raises(KeyReused):
        new.log.handle(introduce(), idempotency=once("key-1", "another body"))
    assert new.log.handle(introduce()).position == head + 1
    assert new.log.registry.fingerprint(STUDIO, "a" * 64) == fingerprint


def test_api_keys_come_along(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Keys open at the new place what they opened at the old one, within the same limits; a revoked one opens nothing there."""
    old.told()
    for number, holder in ((1, "Yuna"), (2, "render farm")):
        key = IssueKey(
            stream=an_id("key", number),
            studio=STUDIO,
            holder=holder,
            secret_sha256="a" * 64,
            roles=("approver",),
            productions=(an_id("production"),),
            limits=KeyLimited(requests_per_minute=60, units_per_day="8"),
        )
        old.log.handle(key, log="system")
    together = StudioLimited(requests_per_minute=600, units_per_day="80")
    old.log.handle(LimitStudio(stream=STUDIO, limits=together), log="system")
    old.log.handle(RevokeKey(stream=an_id("key", 2), reason="lost"), log="system")
    moved(old, new, tmp_path)

    with old.log.registry.reading() as before, new.log.registry.reading() as after:
        assert access.keys_of(after, STUDIO) == access.keys_of(before, STUDIO)
        assert access.studios(after) == access.studios(before)
        assert [key.revoked for key in access.keys_of(after, STUDIO)] == [False, True]


def test_who_was_erased_stays_erased(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Destroyed keys arrive as destroyed: nothing of the person is readable or ever sealed again, others are as they were."""
    person = old.told()
    order_erasure(old.log.registry, STUDIO, HER, "request", context=ME)
    carry_out(person.tools(), STUDIO, HER)
    moved(old, new, tmp_path)

    assert ANNA in new.log.keys.destroyed([ANNA])
    assert new.views() == old.views()
    with new.log.registry.reading() as connection:
        assert characters.character(connection, STUDIO, BEN).name == NOBODY
    texts = [
        event.event for event in new.log.registry.feed.after(STUDIO, 0, limit=1000) if event.stream == ANNA
    ]
    assert [text.name for text in texts if hasattr(text, "name")] == [
        Erased()
    ] * 2  # introduced and described
    assert new.log.keys.add({ANNA: b"k" * 32}) == {}


def test_an_archive_follows_an_erasure(old: Installation, new: Installation, tmp_path: Path) -> None:
    """Exporting again into the same folder takes out of it what was erased since: blobs, answers and keys."""
    person = old.told()
    export_studio(old.house(), STUDIO, order(tmp_path))
    order_erasure(old.log.registry, STUDIO, HER, "request", context=ME)
    carry_out(person.tools(), STUDIO, HER)
    moved(old, new, tmp_path)

    assert new.kept() == old.kept()
    words = [word.encode() for word in person.words.made]
    files = [path for path in tmp_path.joinpath("archive").rglob("*") if path.is_file()]
    assert not [path for path in files for word in words if word in path.read_bytes()]
