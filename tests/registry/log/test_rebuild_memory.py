"""A rebuild reads a log of any length within the same memory: batches and pages, and nothing that grows with what was read.

`PROOF_EVENTS=50000` in the environment takes a log that long instead; the million is in docs/reference/benchmarks.md.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.lives import fill
from tests.registry.log.measuring import BATCH, main
from tests.registry.log.opened import opened
from tests.servers.forking import forked

SHORT = 3 * BATCH
LONG = int(os.environ.get("PROOF_EVENTS", str(12 * BATCH)))
BOUND_KIB = 8 * 1024
"""What a longer log may take beyond a short one."""


def grown(folder: Path, events: int) -> int:
    """By how many KiB a process grows that makes the views of a log of so many lives' events."""
    with opened(folder) as log:
        assert fill(log, events) >= events
    with forked(main, str(folder)) as process:
        said = process.said()
        assert process.wait() == 0
    return int(said)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    """Four times the events, and no more than a fixed bound above the memory that a quarter of them takes."""
    short, long = grown(tmp_path / "short", SHORT), grown(tmp_path / "long", LONG)
    print(f"{SHORT:,} events: {short / 1024:.0f} MiB, {LONG:,} events: {long / 1024:.0f} MiB")  # noqa: T201

    assert long - short <= BOUND_KIB
