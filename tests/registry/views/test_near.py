"""Which pictures look alike: closest first, at most ten, of this studio, and never one that was erased."""

from __future__ import annotations

import pytest

from registry.deciders.asset import EraseAsset
from registry.events.personal import ERASED
from registry.views.near import LOOKS_LIKE, MOST, NEAR, PAGE, PICTURE, PROJECTION, near, near_asset, parts_of
from registry.views.rows import add_all
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, register

PLAIN = 0xABCDEF << 200


def looks(*, apart: int) -> str:
    """A fingerprint so many bits from the plain one."""
    return f"dhash12:{PLAIN ^ ((1 << apart) - 1):072x}"


def keep(log: Opened, apart: int) -> str:
    return log.handle(register(perceptual=looks(apart=apart))).recorded[0].stream


def ask(log: Opened, asset: str) -> list[tuple[str, int]]:
    with log.registry.reading() as connection:
        return [(alike.asset, alike.distance) for alike in near_asset(connection, STUDIO, asset)]


def test_the_closest_come_first(told: Opened) -> None:
    """Others within the threshold in order of distance, the asset itself and those beyond it left out."""
    far, on, close, same = (keep(told, apart) for apart in (NEAR + 1, NEAR, 3, 0))
    first = keep(told, 0)

    assert ask(told, first) == [(same, 0), (close, 3), (on, NEAR)]
    assert ask(told, far) == [(on, 1), (close, NEAR - 2)]


def test_no_more_than_ten(told: Opened) -> None:
    """Of many that look alike the ten closest are named, in order of registration where they are equally close."""
    kept = [keep(told, 5) for _ in range(MOST + 3)]
    first = keep(told, 0)

    assert ask(told, first) == [(asset, 5) for asset in kept[:MOST]]


@pytest.mark.parametrize("others", [PAGE - 1, PAGE, 2 * PAGE + 5])
def test_all_pictures_are_looked_at(told: Opened, others: int) -> None:
    """However many there are they are compared some at a time, and none is passed over, the first and the last neither."""
    first, close, bits = keep(told, 0), an_id("asset", 900), bytes.fromhex(f"{PLAIN ^ 1:072x}")
    row = {"log": STUDIO, "kind": "dhash12", "position": 1, "number": PICTURE}
    ids = [f"asset_{number:026d}" for number in range(others)]
    alike = {ids[0], ids[-1], ids[others // 2], close}
    with told.database.writing() as connection:
        add_all(
            connection,
            LOOKS_LIKE,
            [
                {**row, "thing": asset, "bits": seen, **parts_of(seen)}
                for asset in (*ids, close)
                for seen in [bits if asset in alike else b"\xff" * 36]
            ],
        )

    assert {asset for asset, _ in ask(told, first)} == alike


def test_an_erased_picture_is_not_named(told: Opened) -> None:
    """From its erasure on an asset looks like nothing, in the view as it stands and in one that is rebuilt."""
    gone, first = keep(told, 2), keep(told, 0)
    assert ask(told, first) == [(gone, 2)]

    told.handle(EraseAsset(stream=gone, likeness=an_id("likeness")))

    assert (ask(told, first), ask(told, gone)) == ([], [])
    assert told.registry.rebuild().different == ()
    assert told.raw("SELECT thing FROM view_looks_like WHERE thing = :asset", asset=gone) == []


def test_a_destroyed_key_leaves_no_fingerprint(told: Opened) -> None:
    """What is rebuilt without the key of the asset knows nothing of what it looked like."""
    first = keep(told, 0)
    recorded = told.handle(register(perceptual=looks(apart=100))).recorded[0]
    sealed = recorded.event.model_copy(update={"perceptual": ERASED})

    with told.database.writing() as connection:
        PROJECTION.project(connection, [recorded._replace(stream=an_id("asset", 50), event=sealed)])

    assert ask(told, first) == []


def test_nothing_to_tell_it_by(told: Opened) -> None:
    """A picture without a fingerprint, and an asset that is not there, look like nothing."""
    with told.registry.reading() as connection:
        assert near(connection, STUDIO, None) == ()
        assert near_asset(connection, STUDIO, an_id("asset", 77)) == ()
        assert near(connection, an_id("studio", 2), looks(apart=0)) == ()
