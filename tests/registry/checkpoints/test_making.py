"""Checkpoints are made of a log that goes on from what was signed, and of no other."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.checkpoints.making import name_of, public_keys
from registry.checkpoints.verifying import verify_log, walk_log
from registry.deciders.signing import STREAM, NotTheSigningKey, RotateCheckpointKey
from registry.errors import CheckpointsUnusable, LogForked
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.proof.checking import Asked, check
from registry.proof.note import Note, VerifierKey, open_checkpoint
from registry.proof.tree import check_consistency, check_inclusion
from tests.registry.checkpoints.conftest import House
from tests.registry.log.opened import ME, STUDIO
from tests.servers.homes import url_of


def test_a_checkpoint_is_kept_and_proves_every_event(house: House) -> None:
    """The root is that of the leaves, on both engines and across a tile; every proof under it is accepted."""
    house.grow(300)
    older = house.checkpoints.make(STUDIO).checkpoint
    house.grow(250)
    kept = house.checkpoints.make(STUDIO)
    newer, trees = kept.checkpoint, house.checkpoints.trees
    assert (older.size, newer.size) == (300, 550)
    assert open_checkpoint(kept.note, house.checkpoints.keys(STUDIO)) == newer
    for position in (1, 2, 256, 257, 300, 549, 550):
        leaf, path = trees.inclusion(STUDIO, position, newer.size)
        assert leaf == house.log.registry.moves.leaf(STUDIO, position)
        assert check_inclusion(leaf, position - 1, newer.size, path, newer.root)
    proof = trees.consistency(STUDIO, older.size, newer.size)
    assert check_consistency(older.size, newer.size, proof, older.root, newer.root)
    report = verify_log(house.checkpoints, STUDIO)
    assert (report.findings, report.doubts, report.proven, report.root) == ([], [], 550, newer.root)
    assert house.again().newest(STUDIO) == kept
    assert house.again().make(STUDIO) == kept, "nothing has happened since"


def test_a_log_is_verified_under_somebodys_eyes(house: House) -> None:
    """So many events of so many are read, step by step, and what is found in the end is what is found at once."""
    house.grow(2_100)
    house.checkpoints.make(STUDIO)
    found = []

    def steps() -> Iterator[tuple[int, int]]:
        found.append((yield from walk_log(house.checkpoints, STUDIO)))

    assert list(steps()) == [(2_000, 2_100), (2_100, 2_100)]
    assert found == [verify_log(house.checkpoints, STUDIO)]


def test_checkpoints_are_listed_the_newest_first(on_disk: House) -> None:
    """So many at most, below a size where one is named; what no key of ours has signed is left out."""
    for _ in range(3):
        on_disk.grow(2)
        on_disk.checkpoints.make(STUDIO)
    folder = on_disk.folder / "checkpoints" / on_disk.checkpoints.origin(STUDIO)

    def sizes(**asked: int) -> list[int]:
        return [one.checkpoint.size for one in on_disk.checkpoints.kept(STUDIO, **asked)]

    assert sizes(most=9) == [6, 4, 2]
    assert sizes(most=2) == [6, 4]
    assert sizes(most=9, below=6) == [4, 2]
    (folder / name_of(4)).write_text("not signed by anybody")
    assert sizes(most=9) == [6, 2]


def test_a_database_is_verified_from_outside(house: House) -> None:
    """The stand-alone verifier reads both engines, and says good, tampered and where."""
    house.grow(30)
    house.checkpoints.make(STUDIO)
    house.checkpoints.make(SYSTEM_LOG)
    asked = Asked(
        database=url_of(house.folder),
        places=(house.folder / "checkpoints",),
        keys=public_keys(house.checkpoints),
    )
    report = check(asked)
    assert (report.verdict, {log.log: log.proven for log in report.logs}[STUDIO]) == ("good", 30)
    house.log.unguard()
    house.log.raw("UPDATE events SET actor = 'nobody' WHERE log = :log AND position = 7", log=STUDIO)
    report = check(asked)
    found = next(log.findings for log in report.logs if log.log == STUDIO)
    assert (report.exit_code, found[0].kind, found[0].position) == (1, "changed", 7)


def test_a_log_that_was_rolled_back_is_not_signed(on_disk: House) -> None:
    """An older database beside newer checkpoints is an alarm, and no checkpoint is made of it."""
    on_disk.grow(40)
    on_disk.checkpoints.make(STUDIO)
    on_disk.log.unguard()
    on_disk.log.raw("DELETE FROM events WHERE log = :log AND position > 20", log=STUDIO)
    on_disk.log.raw("UPDATE heads SET position = 20 WHERE log = :log", log=STUDIO)
    for checkpoints in (on_disk.checkpoints, on_disk.again()):
        with pytest.raises(LogForked, match="ends at 20, and its checkpoint of 40"):
            checkpoints.make(STUDIO)
        assert "rolled back" in checkpoints.alarms[STUDIO]
    assert len(list((on_disk.folder / "checkpoints").rglob("*.checkpoint"))) == 1


def test_a_log_that_was_rewritten_is_not_signed(on_disk: House) -> None:
    """Another history under the same head is an alarm, whatever the kept nodes say; they are derived."""
    on_disk.grow(300)
    on_disk.checkpoints.make(STUDIO)
    on_disk.log.raw("UPDATE tree_nodes SET hash = zeroblob(32)")
    on_disk.grow(10)
    on_disk.checkpoints.make(STUDIO)
    on_disk.log.unguard()
    on_disk.log.raw(
        "UPDATE events SET leaf_hash = zeroblob(32) WHERE log = :log AND position = 5", log=STUDIO
    )
    on_disk.log.raw("DELETE FROM tree_nodes")
    on_disk.grow(10)
    with pytest.raises(LogForked, match="its first 310 events are not those"):
        on_disk.again().make(STUDIO)


def test_a_kept_checkpoint_is_never_replaced(on_disk: House) -> None:
    """Another text under a name that is taken is a fork, and what was kept stays."""
    on_disk.grow(5)
    kept = on_disk.checkpoints.make(STUDIO)
    on_disk.grow(1)
    place = on_disk.checkpoints.places[0]
    other = str(kept.note).replace("\n5\n", "\n6\n").encode()
    place.keep(on_disk.checkpoints.origin(STUDIO), name_of(6), other)
    with pytest.raises(LogForked, match="another checkpoint of 6 events"):
        on_disk.checkpoints.make(STUDIO)
    assert place.read(on_disk.checkpoints.origin(STUDIO), name_of(6)) == other


def test_a_key_changes_with_an_event_and_both_sign_meanwhile(on_disk: House) -> None:
    """The new key is named in the system log before it signs; who knows the old one reads on until the overlap ends."""
    on_disk.grow(3)
    checkpoints = on_disk.checkpoints
    old = open_key(checkpoints.make(STUDIO).note)
    checkpoints.rotate(reason="the yearly change", context=ME)
    on_disk.grow(1)
    both = checkpoints.make(STUDIO).note
    assert open_key(both) != old
    assert [one.key_hash for one in both.signatures][1:] == [old]
    keys = checkpoints.keys(STUDIO)
    assert [open_checkpoint(both, [key]).size for key in keys] == [4, 4]
    checkpoints.end_overlap()
    on_disk.grow(1)
    assert [one.key_hash for one in on_disk.again().make(STUDIO).note.signatures] == [keys[1].hash]
    events = on_disk.log.registry.feed.after(SYSTEM_LOG, 0)
    assert [event.type for event in events] == ["CheckpointKeyRotated"] * 2
    assert (on_disk.folder / "key.pem").stat().st_mode & 0o077 == 0


def open_key(note: Note) -> bytes:
    """Which key signs first."""
    return note.signatures[0].key_hash


def test_a_key_that_nobody_named_signs_nothing(on_disk: House, tmp_path: Path) -> None:
    """A lost key file is not made again by itself: another identity is a person's decision."""
    on_disk.grow(2)
    on_disk.checkpoints.make(STUDIO)
    on_disk.grow(1)
    (on_disk.folder / "key.pem").unlink()
    with pytest.raises(CheckpointsUnusable, match="holds none of the 1 keys"):
        on_disk.again().make(STUDIO)
    assert not (on_disk.folder / "key.pem").exists()
    (on_disk.folder / "key.pem").write_text("no key")
    (on_disk.folder / "key.pem").chmod(0o600)
    with pytest.raises(CheckpointsUnusable, match="no private key"):
        on_disk.again().make(STUDIO)
    (on_disk.folder / "key.pem").chmod(0o644)
    with pytest.raises(CheckpointsUnusable, match="read by others"):
        on_disk.again().make(STUDIO)


def test_only_the_key_that_signs_hands_on(on_disk: House) -> None:
    """A rotation names the key that signs now, says why, and is quiet when it was done."""
    on_disk.grow(1)
    on_disk.checkpoints.make(STUDIO)
    (first,) = public_keys(on_disk.checkpoints)
    handle = on_disk.log.registry.handle
    wrong = RotateCheckpointKey(
        stream=STREAM, public="B" * 42 + "A=", previous="C" * 42 + "A=", reason="because"
    )
    with pytest.raises(NotTheSigningKey):
        handle(SYSTEM_LOG, [wrong], context=Context(actor="operator"))
    again = RotateCheckpointKey(stream=STREAM, public=first, reason="because")
    before = on_disk.log.registry.feed.head(SYSTEM_LOG)
    handle(SYSTEM_LOG, [again], context=Context(actor="operator"))
    assert on_disk.log.registry.feed.head(SYSTEM_LOG) == before
    assert VerifierKey(on_disk.checkpoints.origin(STUDIO), b64decode(first)) in on_disk.checkpoints.keys(
        STUDIO
    )


def test_what_somebody_put_among_them_is_passed_over(on_disk: House) -> None:
    """A file that our key did not sign is told in the log of the program, and changes nothing."""
    on_disk.grow(4)
    kept = on_disk.checkpoints.make(STUDIO)
    folder = on_disk.folder / "checkpoints" / on_disk.checkpoints.origin(STUDIO)
    (folder / name_of(9)).write_text(str(kept.note).replace("\n4\n", "\n9\n"))
    (folder / "notes.txt").write_text("hello")
    assert on_disk.again().newest(STUDIO) == kept


def test_a_lost_key_is_a_persons_word(on_disk: House) -> None:
    """Who says that the key is gone goes on with another one, which the log names in its place."""
    on_disk.grow(2)
    on_disk.checkpoints.make(STUDIO)
    (on_disk.folder / "key.pem").unlink()
    with pytest.raises(CheckpointsUnusable):
        on_disk.checkpoints.rotate(reason="the disk broke", context=ME)
    on_disk.checkpoints.rotate(reason="the disk broke", context=ME, lost=True)
    on_disk.grow(1)
    assert [one.key_hash for one in on_disk.checkpoints.make(STUDIO).note.signatures] == [
        on_disk.checkpoints.keys(STUDIO)[-1].hash
    ]


def test_nodes_that_somebody_kept_in_advance_are_not_signed(on_disk: House) -> None:
    """What is signed comes from the leaves after the last checkpoint; nodes of another tree are made again."""
    on_disk.grow(200)
    on_disk.checkpoints.make(STUDIO)
    on_disk.log.raw("INSERT INTO tree_nodes VALUES (:log, 1, 0, zeroblob(32))", log=STUDIO)
    on_disk.grow(100)
    signed = on_disk.checkpoints.make(STUDIO).checkpoint
    report = verify_log(on_disk.checkpoints, STUDIO)
    assert (report.findings, report.root, report.proven) == ([], signed.root, 300)
    assert on_disk.checkpoints.trees.root(STUDIO, 300) == signed.root
