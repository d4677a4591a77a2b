"""Digests of what is kept, and frames by what they look like: found on both engines, and gone with whom they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from alembic import command

from registry.deciders.asset import EraseAsset
from registry.deciders.clip import DecideClip
from registry.deciders.likeness import OrderErasure, RecordErasure, RegisterLikeness
from registry.events.likeness import LikenessErased
from registry.log.engine.migrate import scripts
from registry.views.near import BITS, PICTURE, SURE, apart, copies, frames_of
from registry.views.recognised import KEPT, is_unprinted, known_bytes, unprinted
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import STUDIO, Opened, opened, register
from tests.registry.log.story import CLIP, tell

HER = an_id("likeness", 7)
PRINT = example("ResultStored").recognised_by  # type: ignore[attr-defined]
LOOK: str = PRINT.frames[0]


@pytest.fixture
def log(home: Path) -> Iterator[Opened]:
    with opened(home) as found:
        tell(found)
        yield found


def looks(bits: int) -> str:
    return f"dhash12:{bits:072x}"


def flipped(bits: int, count: int, chance: Random) -> int:
    for place in chance.sample(range(BITS), count):
        bits ^= 1 << place
    return bits


def known(log: Opened, *digests: str) -> set[tuple[str, str]]:
    with log.registry.reading() as connection:
        return {(one.thing, one.kept) for one in known_bytes(connection, STUDIO, digests, KEPT)}


def alike(log: Opened, fingerprint: str, within: int = SURE) -> dict[tuple[str, int], int]:
    with log.registry.reading() as connection:
        return copies(connection, STUDIO, fingerprint, within=within)


def erase_her(log: Opened) -> None:
    """Her likeness, behind the clip: only what the record of an erasure does, none of its steps."""
    log.handle(RegisterLikeness(stream=HER, name="Anna", minor=False))
    log.handle(OrderErasure(stream=HER, basis="request"))
    erased = LikenessErased(likeness=HER, streams=(HER,), clips=(CLIP,), blobs=0)
    log.handle(RecordErasure(stream=HER, erased=erased))


def test_every_digest_leads_to_its_thing(log: Opened) -> None:
    """An original by its keyed digest, a clip by its own, and both tracks and the poster of footage."""
    asset = log.handle(register(fingerprint="e" * 64)).recorded[0].stream
    sha256 = example("ClipRecorded").stored.sha256  # type: ignore[attr-defined]

    assert (asset, "original") in known(log, "e" * 64)
    assert (CLIP, "clip") in known(log, sha256)
    assert known(log, PRINT.pictures, PRINT.sound, PRINT.poster) >= {
        (CLIP, "pictures"),
        (CLIP, "sound"),
        (CLIP, "poster"),
    }
    assert known(log, "f" * 63 + "0") == set()


def test_another_studio_knows_nothing(log: Opened) -> None:
    """The same digests and looks, asked of another log, lead nowhere."""
    with log.registry.reading() as connection:
        other = an_id("studio", 2)
        assert known_bytes(connection, other, (PRINT.pictures,), KEPT) == ()
        assert copies(connection, other, LOOK, within=SURE) == {}
        assert frames_of(connection, other, [CLIP]) == {CLIP: {}}


def test_few_bits_apart_are_always_found(log: Opened) -> None:
    """Whichever up to 15 bits differ, a picture is found by one of its parts; what differs in more than is asked for is not."""
    chance = Random(7)
    plain = chance.getrandbits(BITS)
    asset = log.handle(register(perceptual=looks(plain))).recorded[0].stream

    for count in (*range(SURE + 1), *(SURE,) * 20):
        assert alike(log, looks(flipped(plain, count, chance)))[asset, PICTURE] == count
    assert (asset, PICTURE) not in alike(log, looks(flipped(plain, 13, chance)), within=12)
    with pytest.raises(ValueError, match="15"):
        alike(log, looks(plain), within=SURE + 1)


def test_frames_have_their_number(log: Opened) -> None:
    """A frame is found under its clip with its place in it; one of a single tone has none."""
    with log.registry.reading() as connection:
        assert frames_of(connection, STUDIO, [CLIP]) == {CLIP: {0: LOOK}}
    assert alike(log, LOOK)[CLIP, 0] == 0
    assert apart(LOOK, looks(int(LOOK.partition(":")[2], 16) ^ 7)) == 3


def test_an_erased_asset_is_unknown(log: Opened) -> None:
    """Its digests and its looks go, as they stand and in a rebuild."""
    asset = log.handle(register(fingerprint="e" * 64, perceptual=looks(5))).recorded[0].stream
    log.handle(EraseAsset(stream=asset, likeness=HER))

    assert known(log, "e" * 64) == set()
    assert (asset, PICTURE) not in alike(log, looks(5))
    assert log.registry.rebuild().different == ()


@pytest.mark.parametrize("how", ["the person", "the clip"])
def test_of_an_erased_clip_or_person_the_digest_of_the_clip_is_left(log: Opened, how: str) -> None:
    """What its tracks hold and what it looks like is forgotten; that these bytes were made stays on record."""
    if how == "the person":
        erase_her(log)
    else:
        log.handle(DecideClip(stream=CLIP, decision="erase", reason="she asked for it"))

    assert {
        kept for thing, kept in known(log, PRINT.pictures, PRINT.sound, PRINT.poster) if thing == CLIP
    } == set()
    assert (CLIP, 0) not in alike(log, LOOK)
    sha256 = example("ClipRecorded").stored.sha256  # type: ignore[attr-defined]
    assert (CLIP, "clip") in known(log, sha256)
    assert log.registry.rebuild().different == ()


def test_footage_that_was_not_looked_at_is_counted(log: Opened) -> None:
    """What was kept without a decoder is known to be known by its bytes alone; erased, it is not counted any more."""
    with log.registry.reading() as connection:
        before = unprinted(connection, STUDIO, most=100)
    asset = log.handle(register(kind="video")).recorded[0].stream
    with log.registry.reading() as connection:
        assert unprinted(connection, STUDIO, most=100) == before + 1
        assert unprinted(connection, STUDIO, most=before) == before
    log.handle(EraseAsset(stream=asset, likeness=HER))
    with log.registry.reading() as connection:
        assert unprinted(connection, STUDIO, most=100) == before


def test_a_database_from_before_is_filled(on_file: Path) -> None:
    """What stood in its views already is found by digest and by looks, and footage from then counts as not looked at."""
    with opened(on_file) as log:
        tell(log)
        kept = "SELECT * FROM view_digests WHERE kept IN ('original', 'clip') ORDER BY digest"
        looks_now = "SELECT * FROM view_looks_like WHERE number = -1 ORDER BY thing"
        before = log.raw(kept), log.raw(looks_now)
        for statement in (
            "DROP TABLE view_digests",
            "DROP TABLE view_unprinted",
            "ALTER TABLE view_looks_like RENAME TO looks_now",
            "CREATE TABLE view_looks_like (log TEXT, asset TEXT, position BIGINT, kind TEXT, bits BLOB)",
            "INSERT INTO view_looks_like SELECT log, thing, position, kind, bits FROM looks_now WHERE number = -1",
            "DROP TABLE looks_now",
            "UPDATE alembic_version SET version_num = '0009'",
        ):
            log.define(statement)
        with log.database.migrating() as connection:
            config = scripts()
            config.attributes["connection"] = connection
            command.upgrade(config, "0010")

        assert (log.raw(kept), log.raw(looks_now)) == before != ([], [])
        with log.registry.reading() as connection:
            assert is_unprinted(connection, STUDIO, CLIP)
