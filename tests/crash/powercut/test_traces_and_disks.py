"""The power-cut simulation's own parts: a trace is read as it was, and a disk keeps neither more nor less than a real one may."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.crash.powercut.disk import SECTOR, Disk, File
from tests.crash.powercut.operations import Acknowledged, Made, Operation, Resized, Synced, Written
from tests.crash.powercut.remains import Drawn, Early, Tearing, kept, kept_names, seen, seen_names
from tests.crash.powercut.tracing import NotUnderstood, Reader

FOLDER: Final = Path("/watched")
SAID: Final = {"events": [[1, "ab", "character_1", "Mina"]], "key": "k"}


def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def place(path: str) -> str:
    return f"7<{hexed(f'/watched/{path}')}>"


def disk(*operations: Operation) -> Disk:
    made = Disk()
    for number, operation in enumerate(operations):
        made.carry_out(number, operation)
    return made


def test_calls_that_interleave_are_put_together() -> None:
    """A call counts when it came back, a promise when it began; a sync keeps only what was over before it began."""
    promise = hexed(json.dumps({"promise": SAID}))
    lines = [
        f'10  pwrite64({place("a")}, "{hexed("one")}", 3, 0) = 3',
        f"10  fsync({place('a')} <unfinished ...>",
        f'11  pwrite64({place("a")}, "{hexed("two")}", 3, 3) = 2',
        f'12  write(1<{hexed("pipe:[5]")}>, "{promise}", 60 <unfinished ...>',
        "10  <... fsync resumed>) = 0",
        "12  <... write resumed>) = 60",
        f'11  pwrite64({place("a")}, "{hexed("bad")}", 3, 9) = -1 EIO (Input/output error)',
        f'11  pwrite64({place("log.sqlite-shm")}, "{hexed("x")}", 1, 0) = 1',
    ]

    assert Reader(FOLDER).read(lines) == [
        Written("a", 0, b"one"),
        Written("a", 3, b"tw"),
        Acknowledged(((1, "ab", "character_1", "Mina"),), "k"),
        Synced("a", began=1),
    ]


@pytest.mark.parametrize(
    "call",
    [
        f'rename("{hexed("/watched/a")}", "{hexed("/watched/b")}") = 0',
        f'write({place("a")}, "{hexed("x")}", 1) = 1',
        f'pwrite64({place("a")}, "{hexed("x")}"..., 9000000, 0) = 9000000',
        f"mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, {place('a')}, 0) = 0x7f",
    ],
)
def test_what_is_not_understood_is_refused(call: str) -> None:
    """A change that the simulation knows nothing of stops it, as does one that is not whole in the trace."""
    with pytest.raises(NotUnderstood):
        Reader(FOLDER).read([f"10  {call}"])


def test_only_what_was_synced_is_sure() -> None:
    """A file's bytes are kept by its own sync, its name by its folder's; each is needed for the other to be of use."""
    deeds: list[Operation] = [
        Made("d", folder=True),
        Made("d/f"),
        Written("d/f", 0, b"bytes"),
        Synced("d/f", 3),
    ]

    assert disk(*deeds).tree(kept_names, kept) == {}
    assert disk(*deeds, Synced("d", 4)).tree(kept_names, kept) == {}
    assert disk(*deeds, Synced("d", 4), Synced("", 5)).tree(kept_names, kept) == {"d": None, "d/f": b"bytes"}
    assert disk(*deeds[:3], Synced("d", 3), Synced("", 4)).tree(kept_names, kept) == {"d": None, "d/f": b""}


def written(*offsets: int) -> File:
    """A synced file of four sectors of `-`, and then four sectors of `0`, `1`, … written at these sectors."""
    file = File()
    file.change(0, Written("f", 0, b"-" * SECTOR * 4))
    file.sync(1)
    for number, offset in enumerate(offsets):
        file.change(number + 1, Written("f", offset * SECTOR, b"%d" % number * SECTOR * 4))
    return file


def test_every_sector_has_a_fate_of_its_own() -> None:
    """Of two unsynced writes each sector may hold the last, the first, or what was before; behind the old end also nothing."""
    found: list[set[int]] = [set() for _ in range(6)]
    sizes, chance = set(), Random(1)
    for _ in range(400):
        image = Drawn(chance)(written(1, 2))
        sizes.add(len(image) // SECTOR)
        for sector in range(len(image) // SECTOR):
            found[sector].add(image[sector * SECTOR])

    assert sizes == {4, 5, 6}
    assert [set(map(chr, options)) for options in found[:4]] == [{"-"}, {"-", "0"}, *[{"-", "0", "1"}] * 2]
    assert {ord("0"), ord("1"), 0} < found[4]
    assert {ord("1"), 0} < found[5]


def test_the_last_write_may_be_torn_or_early() -> None:
    """A part of the last write after all others, or the last write alone, and each time nothing else."""
    file = written(0, 0)
    torn = {bytes(Tearing(2, Random(seed))(file)[::SECTOR]) for seed in range(100)}

    assert torn == {b"0000", b"1000", b"1100", b"1110", b"0001", b"0011", b"0111"}
    assert Early(2)(written(0, 1))[::SECTOR] == b"-1111"


def test_a_file_cut_short_may_be_whole_again() -> None:
    """An unsynced truncation may not have happened, and programs see it at once."""
    cut = disk(Made("f"), Written("f", 0, b"all of it"), Synced("f", 2), Synced("", 3), Resized("f", 3))

    assert cut.tree(kept_names, kept) == {"f": b"all of it"}
    assert cut.tree(seen_names, seen) == {"f": b"all"}
