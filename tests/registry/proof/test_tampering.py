"""Whatever is done to a stored log is found: with a held checkpoint nothing at all goes undetected (promise A14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.proof.leaf import COLUMNS, NotALeaf, leaf_of
from tests.registry.proof.logs import BODY, LEAF, POSITION, checkpoint, hashed, rows, walked
from tests.registry.proof.sizes import STEP

COUNT = 1_000
HISTORY = rows(COUNT)
HELD = checkpoint(HISTORY)
Rows = list[list[Any]]


def flips(value: Any) -> list[Any]:
    """Every value that is one bit away."""
    if isinstance(value, int):
        return [
            found - 2**64 if found >= 2**63 else found
            for found in ((value % 2**64) ^ 1 << n for n in range(64))
        ]
    return [
        value[: n // 8] + bytes([value[n // 8] ^ 1 << n % 8]) + value[n // 8 + 1 :]
        for n in range(8 * len(value))
    ]


def test_every_flipped_bit_of_a_log_is_found() -> None:
    """Of 40 events every bit of every column and of every stored hash is flipped: no leaf fits its hash then."""
    undetected, tried = 0, 0
    for row in rows(40):
        for column, value in enumerate(row):
            for flipped in flips(value):
                changed = [*row[:column], flipped, *row[column + 1 :]]
                undetected += leaf_of(changed) == changed[LEAF]
                tried += 1
    assert (undetected, tried > 65_000) == (0, True)


def test_a_flipped_bit_is_told_with_its_place() -> None:
    """The report names the position, and the column where the rows around it tell what it was."""
    small = rows(40)
    for column, name in enumerate((*COLUMNS, "leaf_hash")):
        row = small[16]
        changed = [*small[:16], [*row[:column], flips(row[column])[3], *row[column + 1 :]], *small[17:]]
        report = walked(changed, checkpoint(small))
        assert report.findings
        assert report.findings[0].kind == "changed"
        if name in ("log", "position", "version"):
            assert report.findings[0].message.startswith(name)
        stored = [one for one in report.findings if one.kind == "root"]
        assert bool(stored) == (name != "leaf_hash")


def dropped(found: Rows, at: int) -> Rows:
    return [*found[:at], *found[at + 1 :]]


def dropped_and_closed(found: Rows, at: int) -> Rows:
    """A row is taken out, all after it move up, and every hash is made anew."""
    moved = [hashed([*row[:POSITION], row[POSITION] - 1, *row[POSITION + 1 :]]) for row in found[at + 1 :]]
    return [*found[:at], *moved]


def doubled(found: Rows, at: int) -> Rows:
    return [*found[: at + 1], *found[at:]]


def swapped(found: Rows, at: int) -> Rows:
    at = min(at, len(found) - 2)
    return [*found[:at], found[at + 1], found[at], *found[at + 2 :]]


def swapped_bodies(found: Rows, at: int) -> Rows:
    """Two events change what they say, and keep their places; their hashes are made anew."""
    at = min(at, len(found) - 2)
    one, other = list(found[at]), list(found[at + 1])
    one[BODY], other[BODY] = other[BODY], one[BODY]
    return [*found[:at], hashed(one), hashed(other), *found[at + 2 :]]


def cut(found: Rows, at: int) -> Rows:
    return found[:at]


def rewritten(found: Rows, at: int) -> Rows:
    """One word is changed, and its hash made anew: the row agrees with itself."""
    row = list(found[at])
    row[BODY] = b'{"words":"never said"}'
    return [*found[:at], hashed(row), *found[at + 1 :]]


def gone_on_otherwise(found: Rows, at: int) -> Rows:
    """Rolled back, and gone on with another history to beyond where it was."""
    return [*found[:at], *rows(len(found) + 5, salt="other ")[at:]]


TAMPERINGS = (
    *(dropped, dropped_and_closed, doubled, swapped, swapped_bodies, cut, rewritten, gone_on_otherwise),
)


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampering_anywhere_is_found(tamper: Callable[[Rows, int], Rows]) -> None:
    """At every position that is tried, a log of 1,000 events under a held checkpoint is found to be another."""
    undetected = [at for at in range(0, COUNT, STEP) if not walked(tamper(HISTORY, at), HELD).findings]
    assert undetected == []


def test_the_last_rows_are_found_too() -> None:
    """What is done to the very last event, which nothing follows."""
    last = COUNT - 1
    assert all(walked(tamper(HISTORY, last), HELD).findings for tamper in TAMPERINGS)


def test_an_honest_log_is_good() -> None:
    """Nothing is found in what nobody touched, also when it has gone on since; several checkpoints prove no less."""
    longer = rows(COUNT + 50)
    report = walked(longer, HELD, checkpoint(HISTORY, 1), checkpoint(HISTORY, 500))
    assert (report.findings, report.doubts, report.proven) == ([], [], COUNT)
    assert walked([], checkpoint([])).findings == []


def test_a_rewritten_stretch_is_told_between_its_checkpoints() -> None:
    """The first checkpoint that does not fit says from where on something was rewritten."""
    report = walked(rewritten(HISTORY, 600), checkpoint(HISTORY, 500), checkpoint(HISTORY, 700), HELD)
    assert [(one.kind, one.position) for one in report.findings] == [("root", 501)]
    assert report.proven == 500


def test_two_signed_histories_are_a_fork() -> None:
    """Two checkpoints of one size with different roots are proof by themselves, whatever the log says."""
    other = checkpoint(rows(COUNT, salt="other "))
    assert "fork" in {one.kind for one in walked(HISTORY, HELD, other).findings}


def test_without_a_checkpoint_nobody_can_tell() -> None:
    """A history that was made anew whole agrees with itself: that is a doubt, not a clean bill."""
    report = walked(rows(COUNT, salt="other "))
    assert report.findings == []
    assert report.doubts


def test_what_is_no_column_is_told() -> None:
    """A row with nothing, or with words for a number, is named and stops no walk."""
    for column, odd in ((POSITION, b"7"), (BODY, None), (0, 5), (POSITION, 1.0), (POSITION, 2**70)):
        broken = [list(row) for row in HISTORY[:20]]
        broken[6][column] = odd
        with pytest.raises(NotALeaf):
            leaf_of(broken[6])
        found = walked(broken, checkpoint(HISTORY, 20)).findings
        assert ("kind", 7) in {(one.kind, one.position) for one in found}
