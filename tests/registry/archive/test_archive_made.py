"""What an export leaves: an archive that shows itself to be whole, and says nothing personal without its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.archive.exporting import export_studio
from registry.archive.verifying import verify_archive, verify_keys
from registry.errors import LogClosed
from tests.registry.archive.houses import PASSPHRASE, Installation, order
from tests.registry.erasing.person import NOBODY
from tests.registry.log.opened import STUDIO, introduce, once


def test_the_archive_verifies_offline(old: Installation, tmp_path: Path) -> None:
    """What was exported is found whole without any database, and its key file opens every answer."""
    old.told()
    contents = export_studio(old.house(), STUDIO, order(tmp_path))

    assert verify_archive(tmp_path / "archive") == contents
    ring = verify_keys(tmp_path / "archive", tmp_path / "studio.keys", PASSPHRASE)
    assert (len(ring.keys), contents.keys.streams) == (contents.keys.streams, len(ring.keys))
    assert contents.position == len(old.events())
    assert (tmp_path / "studio.keys").stat().st_mode & 0o777 == 0o600


def test_no_personal_word_is_in_the_archive(old: Installation, tmp_path: Path) -> None:
    """Without the key file nobody reads a name, a line or an answer out of the folder; pictures are pictures."""
    person = old.told()
    export_studio(old.house(), STUDIO, order(tmp_path))
    texts = [path for path in (tmp_path / "archive").rglob("*") if path.is_file() and path.name != "bytes"]
    content = b"".join(
        path.read_bytes() for path in texts if "blobs" not in path.name and path.name != "about.json"
    )

    assert not [word for word in person.words.made if word.encode() in content]
    assert NOBODY.encode() not in content + (tmp_path / "studio.keys").read_bytes()


def test_a_closed_studio_takes_nothing_more(old: Installation, tmp_path: Path) -> None:
    """With --move the old place only reads: commands are refused by name, and repeats still meet their answers."""
    old.told()
    old.log.handle(introduce(), idempotency=once("key-1", "body"))
    contents = export_studio(old.house(), STUDIO, order(tmp_path, move=True))

    with pytest.raises(LogClosed, match="moved to another installation"):
        old.log.handle(introduce())
    assert old.log.handle(introduce(), idempotency=once("key-1", "body")).replayed
    assert old.log.registry.claim(owner="w", lease_us=1) is None
    assert len(old.events()) == contents.position
