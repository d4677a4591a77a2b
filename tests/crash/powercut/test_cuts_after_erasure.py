"""What somebody was told is erased is on no disk that a power cut may leave."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from tests.crash.powercut.disk import Disk
from tests.crash.powercut.operations import Erased, Written
from tests.crash.powercut.remains import remains
from tests.crash.powercut.tracing import watched

EVERY: Final = 40
"""Of writes, each so many-th is a moment to cut the power at; of other calls each."""


def test_what_is_erased_does_not_come_back(tmp_path: Path) -> None:
    """From the answer on, neither a destroyed key nor a name sealed under it is in any file, however the power is cut."""
    operations = watched("erasing", tmp_path)
    disk, gone, back, chance, seen = Disk(), set[bytes](), list[str](), Random(1), 0
    for number, operation in enumerate(operations):
        disk.carry_out(number, operation)
        if isinstance(operation, Erased):
            gone.update(operation.gone)
        if not gone or (isinstance(operation, Written) and number % EVERY):
            continue
        for kind, tree in remains(disk, number, operation, chance=chance, draws=1):
            seen += 1
            for path, data in tree.items():
                back += [
                    f"{kind} after {number}: {word!r} in {path}" for word in gone if data and word in data
                ]

    assert (len(gone), seen > 100) == (4, True)
    assert back == [], "\n".join(back[:10])
